// Actors that a message brings into being, and that are closed again when nothing comes for a
// while.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Address } from '../../src/runtime/actor.ts';
import { tempDirectory } from '../temp-directory.ts';
import { FakeDriver, fetch } from './fake-driver.ts';
import { ask, note } from './messages.ts';
import { committedTotal, sumKind } from './sum-actor.ts';
import { World, type WorldOptions } from './world.ts';

test('the first message creates the actor, which then takes it, and the next ones too', () => {
  const world = aWorld();
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b-new', note('1'));
    ask(ctx, 'puppet/b-new', '2');
  });
  world.settle();
  world.tell('puppet/b-new', note('3'));
  world.settle();
  assert.deepEqual(world.take(), [
    ...['b-new created', 'b-new hears 1', 'b-new hears 2', 'a hears 2: yes', 'b-new hears 3'],
  ]);
});

test('a kind that does not spawn: tells are dead letters, asks hear unknown address', () => {
  const world = aWorld({ puppet: { spawnable: false } });
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b-new', note('1'));
    ask(ctx, 'puppet/b-new', '2');
  });
  world.settle();
  assert.deepEqual(world.take(), ['a hears 2: unknown_address']);
  const { deadLetters, actors } = world.dispatcher('b').snapshot();
  assert.deepEqual([deadLetters.total, deadLetters.kept[0]?.reason], [1, 'unknown_address']);
  assert.deepEqual(addressesOf(actors), ['puppet/b']);
});

test('messages for one that cannot be created wait for it, and do not hasten it', () => {
  let attempts = 0;
  const world = aWorld({
    onCreate(key) {
      if (key === 'a-new' && attempts++ < 2) throw new Error('not yet');
    },
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/a-new', 'well?'));
  world.settle();
  world.tell('puppet/a-new', note('2'));
  world.settle();
  assert.deepEqual([attempts, world.take()], [1, []]);
  world.advance(150);
  const taken = ['a-new created', 'a-new hears well?', 'a-new hears 2', 'a hears well?: yes'];
  assert.deepEqual(world.take(), taken);
});

test('an idle actor is closed after its time, and comes back with the next message', () => {
  const world = aWorld();
  world.tell('puppet/a-new', note('1'));
  world.advance(4_999);
  assert.deepEqual(world.take(), ['a-new created', 'a-new hears 1']);
  world.advance(1);
  assert.deepEqual(world.take(), ['a-new closed']);
  const { actors, counters } = world.dispatcher('a').snapshot();
  assert.deepEqual([addressesOf(actors), counters['actors.passivated']], [['puppet/a'], 1]);
  world.tell('puppet/a-new', note('2'));
  world.settle();
  assert.deepEqual(world.take(), ['a-new created', 'a-new hears 2']);
});

test('the time counts from the last turn', () => {
  const world = aWorld();
  world.tell('puppet/a-new', note('1'));
  world.advance(3_000);
  world.tell('puppet/a-new', note('2'));
  world.advance(4_999);
  assert.deepEqual(world.take(), ['a-new created', 'a-new hears 1', 'a-new hears 2']);
  world.advance(1);
  assert.deepEqual(world.take(), ['a-new closed']);
});

test('residents stay, however long nothing comes', () => {
  const world = aWorld();
  world.advance(1_000_000);
  assert.deepEqual(world.take(), []);
});

const BUSY_WITH: [name: string, begin: (world: World) => void, end: (world: World) => void][] = [
  [
    'an ask of its own',
    (world) => world.does('puppet/a-new', (ctx) => ask(ctx, 'puppet/b', 'silence', 20_000)),
    () => undefined,
  ],
  [
    'an answer that it owes',
    (world) => world.does('puppet/a', (ctx) => ask(ctx, 'puppet/a-new', 'silence', 20_000)),
    (world) => world.does('puppet/a-new', (ctx) => ctx.reply(lastReplyTo(), 'yes')),
  ],
  [
    'a timer',
    (world) => world.does('puppet/a-new', (ctx) => ctx.after(20_000, note('timer'), 'key')),
    () => undefined,
  ],
  [
    'an effect',
    (world) =>
      world.does('puppet/a-new', (ctx) =>
        ctx.perform(fetch('page'), () => note('fetched'), 20_000),
      ),
    () => undefined,
  ],
];

let owed: { to: Address; correlationId: number } | null = null;
const lastReplyTo = () => {
  assert(owed !== null, 'nobody asked');
  return owed;
};

for (const [name, begin, end] of BUSY_WITH) {
  test(`an actor with ${name} is not closed until that has ended`, () => {
    const world = aWorld({
      drivers: { Fetch: new FakeDriver() },
      onQuestion({ replyTo }) {
        owed = replyTo;
      },
    });
    begin(world);
    world.advance(19_000);
    end(world);
    world.settle();
    assert(!world.take().includes('a-new closed'));
    world.advance(10_000);
    assert(world.take().includes('a-new closed'));
  });
}

test('a durable actor is maintained before it is closed, and comes back from its file', (t) => {
  const path = join(tempDirectory(t), 'sum.db');
  const steps: string[] = [];
  const kind = { spawnable: true, passivateAfterMs: 5_000 };
  const world = new World({ kinds: [sumKind({ path, steps, kind })] });
  t.after(() => world.dispatcher('a').abandon());
  const add = { kind: 'Add', amount: 2, replyTo: { to: 'puppet/a', correlationId: 0 } } as const;
  world.tell('sum/a', add);
  world.advance(10_000);
  world.tell('sum/a', add);
  world.settle();
  assert.deepEqual(steps, [
    ...['open at 0', 'begin', 'receive 2', 'commit', 'maintain, idle', 'close'],
    ...['open at 2', 'begin', 'receive 2', 'commit'],
  ]);
  assert.equal(committedTotal(path), 4);
});

function aWorld(options: WorldOptions = {}): World {
  const puppet = { spawnable: true, passivateAfterMs: 5_000 };
  return new World({ threads: ['a', 'b'], puppet, ...options });
}

function addressesOf(actors: readonly { readonly address: Address }[]): Address[] {
  return actors.map(({ address }) => address);
}
