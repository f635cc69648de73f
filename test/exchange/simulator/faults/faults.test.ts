// Each fault of the menu: what the customer hears, what the exchange holds, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig, statuses } from './fault-rig.ts';

/** Of one order that trades at once: the reply at once and after four seconds. */
const REQUESTS: [fault: object, atOnce: unknown[], later: unknown[], held: string][] = [
  [{ fault: 'drop-request', at: 1 }, [], [], 'not_found'],
  [{ fault: 'drop-request', at: 1, reset: true }, ['reset'], ['reset'], 'not_found'],
  [{ fault: 'drop-reply', at: 1 }, [], [], 'filled 100'],
  [{ fault: 'drop-reply', at: 1, reset: true }, ['reset'], ['reset'], 'filled 100'],
  [{ fault: 'late-reply', at: 1 }, [], [200], 'filled 100'],
  [{ fault: '5xx-before', at: 1 }, [500], [500], 'not_found'],
  [{ fault: '5xx-after-accept', at: 1 }, [500], [500], 'filled 100'],
  [{ fault: 'trade-before-ack', at: 1 }, [], [200], 'filled 100'],
  [{ fault: 'slow', at: 1 }, [], [200], 'not_found'],
  [{ fault: 'reject', at: 1 }, [200], [200], 'rejected 0'],
  [{ fault: 'late-reject', at: 1 }, [200], [200], 'rejected 0'],
  [{ fault: 'partial', at: 1 }, [200], [200], 'open 50'],
];

for (const [fault, atOnce, later, held] of REQUESTS) {
  test(`${JSON.stringify(fault)}: the reply, and what the exchange holds`, (t) => {
    const rig = new FaultRig(t);
    rig.plan(fault);
    const replies = rig.place('a');
    assert.deepEqual([statuses(replies), rig.statusOf('a')], [atOnce, held]);
    rig.clock.pass(4_000);
    assert.deepEqual(statuses(replies), later);
    assert.deepEqual(statuses(rig.place('b')), [200], 'the second order is left alone');
    assert.equal(rig.statusOf('b'), 'filled 100');
  });
}

const WISHES: [sandboxFault: string, atOnce: unknown[], later: unknown[], held: string][] = [
  ['timeout', [], [], 'filled 100'],
  ['lost', [], [], 'not_found'],
  ['late-ack', [], [200], 'filled 100'],
  ['5xx-before', [500], [500], 'not_found'],
  ['5xx-after-accept', [500], [500], 'filled 100'],
  ['trade-before-ack', [], [200], 'filled 100'],
  ['reject', [200], [200], 'rejected 0'],
  ['late-reject', [200], [200], 'rejected 0'],
  ['partial', [200], [200], 'open 50'],
];

for (const [sandboxFault, atOnce, later, held] of WISHES) {
  test(`an order with the sandbox fault ${sandboxFault} gets it without any plan`, (t) => {
    const rig = new FaultRig(t);
    const replies = rig.place('a', { sandboxFault });
    assert.deepEqual([statuses(replies), rig.statusOf('a')], [atOnce, held]);
    rig.clock.pass(4_000);
    assert.deepEqual(statuses(replies), later);
    assert.equal(rig.statusOf('a'), held);
  });
}

for (const [fault, left] of [
  ['bust', 'cancelled 0'],
  ['correct', 'filled 100'],
] as const) {
  test(`a ${fault} comes half a second after the trade, by plan or by wish`, (t) => {
    const rig = new FaultRig(t);
    rig.plan({ fault, at: 1 });
    rig.place('planned');
    rig.place('spared');
    rig.place('wished', { sandboxFault: fault });
    rig.clock.pass(499);
    assert.deepEqual(
      [rig.statusOf('planned'), rig.statusOf('wished')],
      ['filled 100', 'filled 100'],
    );
    rig.clock.pass(1);
    assert.deepEqual([rig.statusOf('planned'), rig.statusOf('wished')], [left, left]);
    assert.equal(rig.statusOf('spared'), 'filled 100');
    const [, amended] = rig.exchange.engine.fills('sim-1') ?? [];
    assert.deepEqual([amended?.execKind, amended?.execRef], [fault, 'exec-2']);
    assert.equal(amended?.lastPriceInCents, fault === 'bust' ? null : 10_099);
  });
}

test('a bust that falls due after the book is lost touches no trade of the new one', (t) => {
  const rig = new FaultRig(t);
  rig.place('a', { sandboxFault: 'bust' });
  rig.faults.strike({ fault: 'lose-book', forMs: 0, loseBook: true });
  rig.place('b');
  rig.clock.pass(1_000);
  assert.equal(rig.statusOf('b'), 'filled 100');
});

const FRAMES: [fault: object, words: string[]][] = [
  [
    { fault: 'duplicate', at: 2 },
    ['1 accepted', '2 trade', '2 trade', '3 accepted', '4 trade', 'heartbeat 4'],
  ],
  [{ fault: 'gap', at: 2 }, ['1 accepted', '3 accepted', '4 trade', 'heartbeat 4']],
  [{ fault: 'reorder', at: 1 }, ['2 trade', '1 accepted', '3 accepted', '4 trade', 'heartbeat 4']],
  [{ fault: 'reorder', at: 4 }, ['1 accepted', '2 trade', '3 accepted', '4 trade', 'heartbeat 4']],
  [
    { fault: 'gap', at: 2, feed: 'prices' },
    ['1 accepted', '2 trade', '3 accepted', '4 trade', 'heartbeat 4'],
  ],
];

for (const [fault, words] of FRAMES) {
  test(`${JSON.stringify(fault)} on the feed, and none of it for who resumes`, (t) => {
    const rig = new FaultRig(t);
    rig.plan(fault);
    rig.place('a');
    rig.place('b');
    rig.exchange.heartbeat();
    assert.deepEqual(rig.words(), words);
    rig.read.length = 0;
    rig.follow(0);
    assert.deepEqual(rig.words(), ['1 accepted', '2 trade', '3 accepted', '4 trade']);
  });
}

test('half-open: feeds and requests say nothing, then all of it arrives in its order', (t) => {
  const rig = new FaultRig(t);
  const before = rig.place('before', { sandboxFault: 'late-ack' });
  rig.faults.strike({ fault: 'half-open', forMs: 10_000, loseBook: false });
  rig.read.length = 0;
  const during = [rig.place('x'), rig.ask({ kind: 'Capabilities' })];
  rig.exchange.run((engine, now) => engine.bust('exec-2', now));
  rig.exchange.heartbeat();
  rig.clock.pass(9_999);
  assert.deepEqual([rig.words(), before, ...during], [[], [], [], []]);
  assert.equal(rig.statusOf('x'), 'not_found');
  rig.clock.pass(1);
  assert.deepEqual([before, ...during].map(statuses), [[200], [200], [200]]);
  assert.deepEqual(rig.words(), ['3 bust', '4 accepted', '5 trade']);
});

test('half-open again while it is: the later end counts, and a late order is refused', (t) => {
  const rig = new FaultRig(t);
  rig.plan({ fault: 'half-open', afterMs: 100, forMs: 1_000 });
  rig.clock.pass(100);
  rig.faults.strike({ fault: 'half-open', forMs: 5_000, loseBook: false });
  const replies = rig.place('x', { notAfterMs: rig.clock.nowMs() + 2_000 });
  rig.clock.pass(4_999);
  assert.deepEqual(replies, []);
  rig.clock.pass(1);
  const { epoch } = rig.exchange.engine;
  const refused = { outcome: 'refused', clientOrderId: 'x', reason: 'too_late' };
  assert.deepEqual(replies, [{ status: 200, body: { epoch, results: [refused] } }]);
});

test('a restart shuts the doors for a while, with its book or without', (t) => {
  const rig = new FaultRig(t);
  rig.plan({ fault: 'restart', at: 2, forMs: 500 });
  rig.place('a');
  assert.deepEqual(rig.happened, []);
  rig.place('b');
  assert.deepEqual([rig.happened, rig.statusOf('b')], [['shut'], 'filled 100']);
  rig.clock.pass(500);
  rig.faults.strike({ fault: 'restart', forMs: 500, loseBook: true });
  rig.clock.pass(500);
  assert.deepEqual(rig.happened, ['shut', 'open', 'shut', 'book lost', 'open']);
  assert.equal(rig.statusOf('a'), 'not_found');
});

test('a lost book is a new epoch in place: readers are cut, and orders go on', (t) => {
  const rig = new FaultRig(t);
  const { epoch } = rig.exchange.engine;
  rig.place('a');
  rig.faults.strike({ fault: 'lose-book', forMs: 0, loseBook: true });
  assert.deepEqual(rig.words(), ['1 accepted', '2 trade', 'cut']);
  assert.notEqual(rig.exchange.engine.epoch, epoch);
  rig.read.length = 0;
  rig.place('a');
  assert.deepEqual([rig.words(), rig.statusOf('a')], [['1 accepted', '2 trade'], 'filled 100']);
});

test('an outage comes again and again until another plan takes its place', (t) => {
  const rig = new FaultRig(t);
  rig.plan({ fault: 'restart', afterMs: 1_000, forMs: 100, everyMs: 2_000 });
  rig.clock.pass(3_500);
  assert.deepEqual(rig.happened, ['shut', 'open', 'shut', 'open']);
  rig.plan();
  rig.clock.pass(10_000);
  assert.equal(rig.happened.length, 4);
});

test('executions are sent again to who reads, and the feed goes on behind them', (t) => {
  const rig = new FaultRig(t);
  rig.place('a');
  assert.equal(rig.exchange.repeatExecutions(2), true);
  rig.place('b');
  assert.deepEqual(rig.words(), ['1 accepted', '2 trade', '2 trade', '3 accepted', '4 trade']);
});

test('a reply that is held for a trade goes out half a second after it', (t) => {
  const rig = new FaultRig(t);
  rig.plan({ fault: 'trade-before-ack', at: 1 });
  const replies = rig.place('a', { priceInCents: 10_050 });
  rig.clock.pass(1_000);
  rig.exchange.run((engine, now) => engine.print('IBM', 9_900, 100, now));
  assert.equal(rig.statusOf('a'), 'filled 100');
  rig.clock.pass(499);
  assert.deepEqual(replies, []);
  rig.clock.pass(1);
  assert.deepEqual(statuses(replies), [200]);
});
