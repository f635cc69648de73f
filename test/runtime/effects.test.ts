// Effects: started when their turn is released, answered exactly once as an own message,
// cancelled with their incarnation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context, EffectFailure } from '../../src/runtime/actor.ts';
import type { EffectDriver } from '../../src/runtime/system.ts';
import { FakeDriver, fetch } from './fake-driver.ts';
import { note } from './messages.ts';
import { World } from './world.ts';

test('the result comes back as an own message, in a turn of its own', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  assert.deepEqual([driver.calls, world.take()], [['start page'], []]);
  driver.answer('page', 'content');
  world.settle();
  assert.deepEqual(world.take(), ['a hears page: content']);
});

test('only the first answer counts', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  driver.answer('page', 'first');
  driver.answer('page', 'second');
  world.advance(10_000);
  assert.deepEqual(world.take(), ['a hears page: first']);
  assert.deepEqual(driver.calls, ['start page']);
});

test('past its deadline an effect is cancelled, and a later answer is ignored', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => perform(ctx, 'page', 500));
  world.advance(499);
  assert.deepEqual(world.take(), []);
  world.advance(1);
  driver.answer('page', 'too late');
  world.settle();
  assert.deepEqual(world.take(), ['a hears page: deadline (Fetch had no result in time)']);
  assert.deepEqual(driver.calls, ['start page', 'cancel page']);
});

test('effects of an actor that restarts are cancelled and say nothing more', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => {
    perform(ctx, 'one');
    perform(ctx, 'two');
  });
  world.settle();
  fail(world);
  driver.answer('one', 'content');
  world.advance(10_000);
  assert.deepEqual(driver.calls, ['start one', 'start two', 'cancel one', 'cancel two']);
  assert.deepEqual(world.take(), ['a closed', 'a created', 'a closed', 'a created']);
  assert.equal(world.dispatcher('a').snapshot().effects, 0);
});

test('a result that waits in the mailbox dies with the incarnation it was meant for', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.does('puppet/a', () => undefined);
  driver.answer('page', 'content');
  world.settle();
  assert.equal(world.dispatcher('a').snapshot().actors[0]?.stale, 1);
  assert.deepEqual(world.take(), ['a closed', 'a created', 'a closed', 'a created']);
});

test('effects are cancelled when the thread stops', () => {
  const { world, driver } = aWorld();
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  world.dispatcher('a').stop();
  assert.deepEqual(driver.calls, ['start page', 'cancel page']);
});

test('a driver may answer at once', () => {
  const world = aWorldWith({
    start(_effect, answer) {
      answer('cached');
      return () => assert.fail('there is nothing to cancel');
    },
  });
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  fail(world);
  assert.deepEqual(world.take().slice(0, 1), ['a hears page: cached']);
});

test('a driver that throws, and one that does not exist, are errors of the effect alone', () => {
  const world = aWorldWith({
    start: () => {
      throw new Error('no socket');
    },
  });
  world.does('puppet/a', (ctx) => {
    perform(ctx, 'page');
    ctx.perform({ kind: 'Print' }, (result) => note(`print: ${wordOf(result)}`), 1_000);
    ctx.tell('puppet/a', note('the rest of the turn'));
  });
  world.settle();
  assert.deepEqual(world.take(), [
    'a hears page: driver_error (no socket)',
    'a hears print: driver_error (no driver is bound for Print)',
    'a hears the rest of the turn',
  ]);
});

test('a driver that cannot cancel is logged, and the actor comes back all the same', () => {
  const world = aWorldWith({
    start: () => () => {
      throw new Error('cannot cancel');
    },
  });
  world.does('puppet/a', (ctx) => perform(ctx, 'page'));
  world.settle();
  world.forget();
  fail(world);
  assert.equal(world.logs[1]?.[1], 'cancelling Fetch failed');
  assert.deepEqual(world.take(), ['a closed', 'a created', 'a closed', 'a created']);
});

function aWorld() {
  const driver = new FakeDriver();
  return { world: aWorldWith(driver), driver };
}

function aWorldWith(driver: EffectDriver): World {
  return new World({ drivers: { Fetch: driver }, puppet: { turnMessagesMax: 1 } });
}

function perform(ctx: Context, what: string, deadlineMs = 5_000): void {
  ctx.perform<string>(fetch(what), (result) => note(`${what}: ${wordOf(result)}`), deadlineMs);
}

function wordOf(result: unknown): string {
  if (typeof result === 'string') return result;
  const { reason, error } = result as EffectFailure;
  return `${reason} (${error})`;
}

function fail(world: World): void {
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.settle();
}
