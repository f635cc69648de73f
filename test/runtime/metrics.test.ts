// The picture of a thread: what it says of actors, links and totals, and that it is reported at
// its beat.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDriver, fetch } from './fake-driver.ts';
import { ask, note } from './messages.ts';
import { START_MS, World } from './world.ts';

test('a snapshot is reported at every beat, from the start on', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.advance(3_500);
  const reports = world.snapshots.map(({ thread, uptimeMs, atMs }) => [
    thread,
    uptimeMs,
    atMs - START_MS,
  ]);
  assert.deepEqual(reports, [
    ...[
      ['a', 1_000, 1_000],
      ['b', 1_000, 1_000],
      ['a', 2_000, 2_000],
    ],
    ...[
      ['b', 2_000, 2_000],
      ['a', 3_000, 3_000],
      ['b', 3_000, 3_000],
    ],
  ]);
});

test('a thread that has given up reports no more', () => {
  const world = new World();
  world.dispatcher('a').halt();
  world.advance(10_000);
  assert.deepEqual(world.snapshots, []);
});

test('an actor is shown with its queue and its age, its turns and what it waits for', () => {
  const world = new World({
    threads: ['a', 'b'],
    drivers: { Fetch: new FakeDriver() },
    puppet: { turnMessagesMax: 2 },
    limits: { tickMessagesMax: 2 },
    onQuestion: () => undefined,
  });
  world.does('puppet/a', (ctx) => {
    ctx.after(10_000, note('later'), 'key');
    ctx.perform(fetch('page'), () => note('fetched'), 10_000);
    ask(ctx, 'puppet/b', 'well?', 10_000);
  });
  world.settle();
  for (const text of ['1', '2', '3', '4', '5']) world.tell('puppet/a', note(text));
  world.elapsedMs = 30;
  world.tickOnce();
  const [a] = world.dispatcher('a').snapshot().actors;
  const counts = { turns: 2, messages: 3, restarts: 0, poison: 0, stale: 0 };
  const waits = { openAsks: 0, timers: 1, effects: 1 };
  assert.deepEqual(a, {
    address: 'puppet/a',
    state: 'up',
    depth: 3,
    oldestMs: 30,
    ...counts,
    ...waits,
    sizes: {},
  });
  const [b] = world.dispatcher('b').snapshot().actors;
  assert.deepEqual([b?.openAsks, b?.depth, b?.oldestMs], [1, 0, 0]);
});

test('an edge is shown with what it says it holds, and one whose word fails costs nobody the snapshot', () => {
  const world = new World();
  const held = new Set(['x']);
  const edge = world.edge('gateway/a');
  edge.showSizes(() => ({ streams: held.size }));
  world.edge('broken/a').showSizes(() => assert.fail('a bug'));
  held.add('y');
  const { edges } = world.dispatcher('a').snapshot();
  assert.deepEqual(
    edges.filter(({ address }) => !address.startsWith('teller/')),
    [
      { address: 'gateway/a', sizes: { streams: 2 } },
      { address: 'broken/a', sizes: {} },
    ],
  );
});

test('a link is shown with its traffic and what is under way on it', () => {
  const world = new World({ threads: ['a', 'b'], onQuestion: () => undefined });
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b', note('1'));
    ask(ctx, 'puppet/b', '2');
  });
  world.settle();
  world.does('puppet/b', (ctx) => ctx.tell('puppet/a', note('3')));
  world.settle();
  const [local, toB] = world.dispatcher('a').snapshot().links;
  const { bytesSent = 0, ...traffic } = toB ?? {};
  assert(bytesSent > 0);
  const frames = { framesSent: 1, framesReceived: 1, messagesSent: 2, messagesReceived: 1 };
  const underWay = { tellsInFlight: 0, asksInFlight: 1, heldValues: 0 };
  assert.deepEqual(traffic, { thread: 'b', up: true, ...underWay, ...frames });
  assert.deepEqual([local?.thread, local?.up, local?.framesSent], ['a', true, 0]);
  world.cut('a', 'b');
  assert.equal(world.dispatcher('a').snapshot().links[1]?.up, false);
});

test('totals of the thread: asks, timers, effects, counters', () => {
  const world = new World({ drivers: { Fetch: new FakeDriver() }, onQuestion: () => undefined });
  const { timers, pendingAsks, effects } = world.dispatcher('a').snapshot();
  assert.deepEqual([timers, pendingAsks, effects], [1, 0, 0], 'the beat is a timer');
  world.does('puppet/a', (ctx) => {
    ask(ctx, 'puppet/a', 'well?');
    ctx.after(10, note('later'), 'key');
    ctx.perform(fetch('page'), () => note('fetched'), 10_000);
    ctx.count('pages');
    ctx.count('pages', 4);
  });
  world.settle();
  const busy = world.dispatcher('a').snapshot();
  assert.deepEqual([busy.timers, busy.pendingAsks, busy.effects], [4, 1, 1]);
  assert.deepEqual(busy.counters, { pages: 5 });
  assert.deepEqual([busy.thread, busy.incarnation], ['a', 1]);
});

test('a snapshot is plain data: it travels between threads', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/x', note('lost'));
    throw new Error('a bug');
  });
  world.advance(1_000);
  const [snapshot] = world.snapshots;
  assert.deepEqual(structuredClone(snapshot), snapshot);
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
});
