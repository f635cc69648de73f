// The window of unanswered asks, at the sender, for each link and kind: taken in the turn, given
// back with the answer, whichever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActorKind, Address, ReplyTo } from '../../src/runtime/actor.ts';
import { ask, type Question } from './messages.ts';
import { KIND_DEFAULTS } from './puppet.ts';
import { World, type WorldOptions } from './world.ts';

const SILENT: ActorKind = {
  ...KIND_DEFAULTS,
  kind: 'silent',
  askWindow: 5,
  create: () => ({ receive: () => undefined }),
};

test('what a turn asks is taken off at once, so that a slot is not promised twice', () => {
  const { world, free } = aWorld();
  const seen: number[] = [];
  world.does('puppet/a', (ctx) => {
    for (let count = 0; count < 4; count++) {
      seen.push(ctx.windowFree('puppet/b'));
      ask(ctx, 'puppet/b', String(count));
    }
  });
  world.settle();
  assert.deepEqual(seen, [3, 2, 1, 0]);
  assert.equal(free('puppet/a', 'puppet/b'), 0);
  assert.deepEqual(world.take(), ['a hears 3: busy', 'b hears 0', 'b hears 1', 'b hears 2']);
});

test('all actors of a thread share the window towards a kind on another', () => {
  const { world, free } = aWorld({ residents: ['puppet/a2', 'puppet/b2'] });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.does('puppet/a2', (ctx) => ask(ctx, 'puppet/b2', '2'));
  world.settle();
  assert.equal(free('puppet/a', 'puppet/b'), 1);
  assert.equal(free('puppet/a2', 'puppet/b2'), 1);
});

test('each kind and each thread has a window of its own', () => {
  const residents: Address[] = ['silent/a', 'silent/b'];
  const { world, free } = aWorld({ threads: ['a', 'b', 'c'], kinds: [SILENT], residents });
  world.does('puppet/a', (ctx) => {
    for (const to of ['puppet/a', 'puppet/b', 'puppet/b', 'silent/b'] as const) ask(ctx, to, '1');
  });
  world.settle();
  const addresses: Address[] = ['puppet/a', 'puppet/b', 'puppet/c', 'silent/a', 'silent/b'];
  const freeOfA = addresses.map((to) => free('puppet/a', to));
  assert.deepEqual(freeOfA, [2, 1, 3, 5, 4]);
  assert.equal(free('puppet/c', 'puppet/b'), 3, "another thread's asks are not ours");
});

test('there is no window towards a thread that is down or does not exist', () => {
  const { world, free } = aWorld();
  world.cut('a', 'b');
  assert.deepEqual([free('puppet/a', 'puppet/b'), free('puppet/a', 'puppet/x')], [0, 0]);
  world.join('a', 'b');
  assert.equal(free('puppet/a', 'puppet/b'), 3);
});

const WAYS_TO_END: [name: string, end: (world: World, held: readonly ReplyTo[]) => void][] = [
  [
    'its reply',
    (world, held) =>
      world.does('puppet/b', (ctx) => {
        for (const replyTo of held) ctx.reply(replyTo, 'yes');
      }),
  ],
  ['its deadline', (world) => world.advance(1_000)],
  ['the restart of the one asked', (world) => fail(world, 'puppet/b')],
  ['the restart of the asker', (world) => fail(world, 'puppet/a')],
  [
    'the end of the link',
    (world) => {
      world.cut('a', 'b');
      world.join('a', 'b');
    },
  ],
];

for (const [name, end] of WAYS_TO_END) {
  test(`the slot of an ask is given back with ${name}, once`, () => {
    const { world, held, free } = aWorld();
    world.does('puppet/a', (ctx) => {
      ask(ctx, 'puppet/b', '1');
      ask(ctx, 'puppet/b', '2');
    });
    world.settle();
    assert.equal(free('puppet/a', 'puppet/b'), 1);
    end(world, held);
    world.advance(5_000);
    assert.equal(free('puppet/a', 'puppet/b'), 3);
    const [, toB] = world.dispatcher('a').snapshot().links;
    assert.deepEqual([toB?.thread, toB?.asksInFlight], ['b', 0]);
  });
}

test('two actors that ask each other for more than there is room never wait for each other', () => {
  const world = new World({ threads: ['a', 'b'], puppet: { askWindow: 2 } });
  for (const [from, to] of [
    ['puppet/a', 'puppet/b'],
    ['puppet/b', 'puppet/a'],
  ] as const) {
    world.does(from, (ctx) => {
      for (const text of ['1', '2', '3']) ask(ctx, to, text);
    });
  }
  world.settle();
  const answers = world.take().filter((line) => line.includes(':'));
  assert.deepEqual(answers.toSorted(), [
    ...['a hears 1: yes', 'a hears 2: yes', 'a hears 3: busy'],
    ...['b hears 1: yes', 'b hears 2: yes', 'b hears 3: busy'],
  ]);
});

function aWorld(options: WorldOptions = {}) {
  const held: ReplyTo[] = [];
  const onQuestion = ({ replyTo }: Question) => held.push(replyTo);
  const world = new World({
    threads: ['a', 'b'],
    puppet: { askWindow: 3 },
    onQuestion,
    ...options,
  });
  return { world, held, free };

  function free(from: Address, to: Address): number {
    let slots = Number.NaN;
    world.does(from, (ctx) => {
      slots = ctx.windowFree(to);
    });
    world.settle();
    return slots;
  }
}

function fail(world: World, address: Address): void {
  world.does(address, () => {
    throw new Error('a bug');
  });
}
