// Nothing leaves a turn that throws; what it had reserved is given back; and it all leaves once
// when the turn has ended well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../../src/runtime/actor.ts';
import { FakeDriver, fetch } from './fake-driver.ts';
import { ask, note } from './messages.ts';
import { World, type WorldOptions } from './world.ts';

const LIMITS = { linkWindow: 8 };

test('everything that a turn wants leaves after it, in the order in which it was said', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => {
    wantEverything(ctx);
    world.heard.push('the turn ends');
  });
  world.settle();
  world.advance(100);
  assert.deepEqual(world.take(), [
    'the turn ends',
    'b hears told',
    'b hears offered',
    'b hears conflated',
    'b hears asked',
    'a hears b is up',
    'a hears asked: yes',
    'a hears timer',
  ]);
  assert.deepEqual(driver.calls, ['start page']);
  assert.deepEqual(world.logs, [['info', 'a line', { actor: 'puppet/a', why: 'test' }]]);
  assert.equal(world.dispatcher('a').snapshot().counters['wishes'], 1);
});

test('a turn that throws lets out no message, timer, effect, watch, count or line of log', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => {
    wantEverything(ctx);
    throw new Error('a bug');
  });
  world.advance(10_000);
  assert.deepEqual(world.take(), ['a closed', 'a created', 'a closed', 'a created']);
  assert.deepEqual(world.frames, []);
  assert.deepEqual(driver.calls, []);
  assert.deepEqual(world.dispatcher('a').snapshot().counters, {});
  assert.deepEqual(
    world.logs.map(([level, text]) => [level, text]),
    [
      ['error', 'a turn was rolled back'],
      ['error', 'a turn was rolled back'],
    ],
  );
});

test('a turn that failed the first time lets everything out once', () => {
  const { world, driver } = aWorld();
  let attempts = 0;
  world.does('puppet/a', (ctx) => {
    wantEverything(ctx);
    if (attempts++ === 0) throw new Error('a bug that comes and goes');
  });
  world.advance(100);
  assert.deepEqual(world.take(), [
    'a closed',
    'a created',
    'b hears told',
    'b hears offered',
    'b hears conflated',
    'b hears asked',
    'a hears b is up',
    'a hears asked: yes',
    'a hears timer',
  ]);
  assert.deepEqual(driver.calls, ['start page']);
  assert.equal(world.dispatcher('a').snapshot().counters['wishes'], 1);
});

test('a failed turn lets out nothing of its whole batch until the others run again', () => {
  const { world } = aWorld();
  world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note('first')));
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note('third')));
  world.settle();
  const restarts = ['a closed', 'a created', 'a closed', 'a created'];
  assert.deepEqual(world.take(), [...restarts, 'b hears first', 'b hears third']);
});

test('a reply does not leave a turn that throws: the asker hears that it failed', () => {
  const { world } = aWorld({
    onQuestion({ replyTo }, ctx) {
      ctx.reply(replyTo, 'done');
      throw new Error('after the reply');
    },
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', 'well?'));
  world.settle();
  const answers = world.take().filter((line) => line.startsWith('a'));
  assert.deepEqual(answers, ['a hears well?: failed (after the reply)']);
});

test('what a turn had taken of the windows is given back when it throws', () => {
  const { world } = aWorld({ puppet: { askWindow: 5 } });
  const seen: unknown[] = [];
  world.does('puppet/a', (ctx) => {
    for (let count = 0; count < 3; count++) ask(ctx, 'puppet/b', 'never asked');
    const offered = Array.from({ length: 10 }, () => ctx.offer('puppet/b', note('never offered')));
    seen.push(ctx.windowFree('puppet/b'), offered.filter(Boolean).length);
    throw new Error('a bug');
  });
  world.settle();
  world.does('puppet/a', (ctx) => {
    const offered = Array.from({ length: 10 }, () => ctx.offer('puppet/b', note('offered')));
    seen.push(ctx.windowFree('puppet/b'), offered.filter(Boolean).length);
  });
  world.settle();
  assert.deepEqual(seen, [2, 8, 2, 8, 5, 8], 'two attempts, then a turn with whole windows');
});

test('what an actor wants while it is created leaves only if it comes up', () => {
  let creations = 0;
  const { world } = aWorld({
    onCreate(key, ctx) {
      if (key !== 'a') return;
      ctx.tell('puppet/b', note(`creation ${++creations}`));
      ask(ctx, 'puppet/b', 'state?');
      if (creations === 2) throw new Error('not this time');
    },
  });
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.advance(1_000);
  const heard = world.take().filter((line) => line.includes('hears'));
  assert.deepEqual(heard, [
    'b hears creation 3',
    'b hears state?',
    'b hears creation 4',
    'b hears state?',
    'a hears state?: yes',
  ]);
});

test('a context that is used outside a turn throws', () => {
  const { world } = aWorld();
  let leaked: Context | null = null;
  world.does('puppet/a', (ctx) => {
    leaked = ctx;
  });
  world.settle();
  assert.throws(() => leaked?.tell('puppet/b', note('at any time')), /outside a turn/);
});

function wantEverything(ctx: Context): void {
  ctx.tell('puppet/b', note('told'));
  ctx.offer('puppet/b', note('offered'));
  ctx.conflate('puppet/b', 'price', note('conflated'));
  ctx.watch('puppet/b', ({ state }) => note(`b is ${state}`));
  ask(ctx, 'puppet/b', 'asked');
  ctx.after(50, note('timer'), 'wait');
  ctx.perform(fetch('page'), () => note('fetched'), 1_000);
  ctx.count('wishes');
  ctx.log('info', 'a line', { why: 'test' });
}

function aWorld(options: WorldOptions = {}) {
  const driver = new FakeDriver();
  const drivers = { Fetch: driver };
  const world = new World({ threads: ['a', 'b'], limits: LIMITS, drivers, ...options });
  return { world, driver };
}
