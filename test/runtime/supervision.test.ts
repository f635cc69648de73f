// Restarts: with back-off and within an intensity, groups from the failed member on and in their
// order, and the end of the thread when they do not help.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActorKind, Address, Message } from '../../src/runtime/actor.ts';
import { backoffMs } from '../../src/runtime/restart-intensity.ts';
import { note } from './messages.ts';
import { KIND_DEFAULTS } from './puppet.ts';
import { TEST_LIMITS, World, type WorldOptions } from './world.ts';

test('the mailbox outlives a restart', () => {
  const world = new World({ puppet: { turnMessagesMax: 1 } });
  fail(world, 'puppet/a');
  for (const text of ['1', '2']) world.tell('puppet/a', note(text));
  world.settle();
  const restarts = ['a closed', 'a created', 'a closed', 'a created'];
  assert.deepEqual(world.take(), [...restarts, 'a hears 1', 'a hears 2']);
});

test('the back-off doubles up to its largest; half of it is chance', () => {
  const doubled = [1, 2, 3, 4, 5].map((failures) => backoffMs(failures, TEST_LIMITS, () => 0));
  assert.deepEqual(doubled, [50, 100, 200, 200, 200]);
  assert.equal(
    backoffMs(1, TEST_LIMITS, () => 0.5),
    75,
  );
});

test('an actor that cannot be created is tried again, later each time', () => {
  const { world, createsFrom } = aWorldThatFails();
  createsFrom(4);
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.settle();
  const triedAtMs: number[] = [];
  for (let step = 0; step < 40; step++) {
    if (world.take().includes('a cannot be created')) triedAtMs.push(world.elapsedMs);
    world.advance(10);
  }
  assert.deepEqual(triedAtMs, [0, 50, 150]);
  assert.equal(world.dispatcher('a').snapshot().actors[0]?.state, 'up');
});

test('one failure more than the intensity allows, and the thread does nothing more', () => {
  const { world } = aWorldThatFails({ threads: ['a', 'b'] });
  fail(world, 'puppet/a');
  world.advance(9_000);
  assert.deepEqual(world.take(), [
    'a closed',
    ...['a cannot be created', 'a cannot be created', 'a cannot be created', 'a cannot be created'],
    'thread a gave up: puppet/a failed too often, last of cannot be created',
  ]);
  world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note('from the dead')));
  world.advance(60_000);
  assert.deepEqual(world.take(), []);
});

test('failures that are further apart than the window do not add up', () => {
  const { world, createsFrom } = aWorldThatFails();
  for (let round = 0; round < 5; round++) {
    createsFrom(3);
    fail(world, 'puppet/a');
    world.advance(10_000);
  }
  assert.equal(world.dispatcher('a').hasHalted, false);
  assert.equal(world.take().filter((line) => line === 'a cannot be created').length, 10);
});

test('a timer that throws comes again by itself, so it counts towards giving up', () => {
  const world = new World({
    kinds: [aKind('bomb', null, (message) => assert.notEqual(message.kind, 'Tick', 'tick'))],
    residents: ['bomb/a'],
  });
  world.advance(10_000);
  assert.deepEqual(world.take(), ['thread a gave up: bomb/a failed too often, last of tick']);
  assert.equal(world.dispatcher('a').snapshot().poison.total, 4);
});

const GROUP: Address[] = ['first/a', 'second/a', 'third/a'];

test('a group is created in its order, whatever the order of the residents', () => {
  const { log } = aGroup({ residents: GROUP.toReversed() });
  assert.deepEqual(log, ['first created', 'second created', 'third created']);
});

test('a failed member restarts with those after it: closed last first, created in order', () => {
  const { world, log } = aGroup();
  log.length = 0;
  let attempts = 0;
  world.tell<Do>('second/a', {
    kind: 'Do',
    run: () => {
      if (attempts++ === 0) throw new Error('a bug');
    },
  });
  world.settle();
  assert.deepEqual(log, ['third closed', 'second closed', 'second created', 'third created']);
  const restarts = world
    .dispatcher('a')
    .snapshot()
    .actors.map(({ address, restarts: count }) => [address, count]);
  assert.deepEqual(restarts, [
    ['puppet/a', 0],
    ['first/a', 0],
    ['second/a', 1],
    ['third/a', 1],
  ]);
});

test('members wait for one before them that cannot be created', () => {
  const { world, log, failing } = aGroup();
  log.length = 0;
  failing.add('second');
  world.tell<Do>('first/a', {
    kind: 'Do',
    run: () => {
      if (!log.includes('first closed')) throw new Error('a bug');
    },
  });
  world.settle();
  const closed = ['third closed', 'second closed', 'first closed'];
  assert.deepEqual(log, [...closed, 'first created', 'second cannot be created']);
  world.tell<Do>('third/a', { kind: 'Do', run: () => log.push('third hears') });
  world.settle();
  assert.equal(log.length, 5, 'what the third is told waits too');
  failing.clear();
  world.advance(50);
  assert.deepEqual(log.slice(5), ['second created', 'third created', 'third hears']);
});

test('at the start too, members wait for one that cannot be created', () => {
  const failing = new Set(['first']);
  const { world, log } = aGroup({ failing });
  assert.deepEqual(log, ['first cannot be created']);
  world.advance(49);
  failing.clear();
  world.advance(1);
  assert.deepEqual(log.slice(1), ['first created', 'second created', 'third created']);
});

test('a thread that stops closes its actors, last created first, and refuses what waits', () => {
  const { world, log } = aGroup();
  log.length = 0;
  world.tell('second/a', note('never handled'));
  world.dispatcher('a').stop();
  assert.deepEqual(log, ['third closed', 'second closed', 'first closed']);
  assert.deepEqual(world.take(), ['a closed']);
  const [letter] = world.dispatcher('a').snapshot().deadLetters.kept;
  assert.deepEqual([letter?.to, letter?.reason], ['second/a', 'stopped']);
});

/** Creating `puppet/a` fails from its second time on, or only so often. */
function aWorldThatFails(options: WorldOptions = {}) {
  let creations = 0;
  let succeedsFrom = Number.POSITIVE_INFINITY;
  const world = new World({
    ...options,
    onCreate(key) {
      creations++;
      if (key !== 'a' || creations === 1 || creations > succeedsFrom) return;
      world.heard.push('a cannot be created');
      throw new Error('cannot be created');
    },
  });
  creations = 1;
  const createsFrom = (attempt: number): void => {
    creations = 1;
    succeedsFrom = attempt;
  };
  return { world, createsFrom };
}

function aGroup({ residents = GROUP, failing = new Set<string>() } = {}) {
  const log: string[] = [];
  const kinds = ['first', 'second', 'third'].map((kind, position) => ({
    ...KIND_DEFAULTS,
    kind,
    group: { name: 'three', position },
    create() {
      if (failing.has(kind)) log.push(`${kind} cannot be created`);
      if (failing.has(kind)) throw new Error('cannot be created');
      log.push(`${kind} created`);
      const receive = (message: Message) => (message as Do).run();
      return { receive, close: () => log.push(`${kind} closed`) };
    },
  }));
  return { world: new World({ kinds, residents }), log, failing };
}

interface Do extends Message {
  readonly kind: 'Do';
  run(): void;
}

/** It sets itself a timer when it is created. */
function aKind(
  kind: string,
  group: ActorKind['group'],
  receive: (message: Message) => void,
): ActorKind {
  return {
    ...KIND_DEFAULTS,
    kind,
    group,
    create(_key, ctx) {
      ctx.after(10, { kind: 'Tick' }, 'tick');
      return { receive };
    },
  };
}

/** The first turn after this fails, and alone once more. */
function fail(world: World, address: Address): void {
  world.does(address, () => {
    throw new Error('a bug');
  });
}
