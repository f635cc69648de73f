// The close of a session: every user's portfolio gets a value, once, as it was booked then.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { USD } from '../../../src/domain/ledger.ts';
import { LIMITS } from '../../../src/limits.ts';
import { ALL, close, closing, findings, history, latest, linkIn, print } from './closes-rig.ts';
import { ALICE, BOB, LINKED, ShardRig } from './shard-rig.ts';

const IBM = { symbol: 'IBM', closePriceInCents: 18_200 };

test('at the close a portfolio is worth its cash and its shares at the last prints', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  rig.execute(rig.trade(id, 4, 18_000), id);
  const pricedAtMs = rig.actor.ctx.prices.get('IBM')?.price?.lastTradedAtMs ?? 0;
  rig.actor.advance(1_000);
  close(rig, 's1');
  const cash = 500_000 - 4 * 18_000 - 8;
  const worth = { cashInCents: cash, positionsInCents: 104 * 18_200 };
  assert.deepEqual(history(rig), [
    {
      sessionNo: 1,
      sessionId: 's1',
      tradingDate: '2026-01-05',
      closedAtMs: rig.actor.ctx.nowMs(),
      late: false,
      ...worth,
      totalInCents: cash + 104 * 18_200,
      netDepositsInCents: 500_000,
      positions: [{ ...IBM, numShares: 104, pricedAtMs, valueInCents: 104 * 18_200 }],
      amendedAtMs: null,
      asTaken: null,
    },
  ]);
  assert.equal(rig.account().reservedInCents > 0, true, 'what orders reserve is counted, too');
  assert.deepEqual(findings(rig.path), []);
});

test('a close is taken once, however often it is told, and by a restarted shard, too', (t) => {
  const rig = closing(t);
  close(rig, 's1');
  const first = history(rig);
  rig.deposit(ALICE, USD, 7);
  close(rig, 's1');
  rig.actor.restart();
  close(rig, 's1');
  rig.link(linkIn('s1', 'open')); // what a stranger to the rules might say
  close(rig, 's1');
  assert.deepEqual(history(rig), first);
});

test('sessions of one date are kept apart, newest first, with what was deposited between', (t) => {
  const rig = closing(t);
  const closedAt: number[] = [];
  for (const [n, id] of ['s1', 's2', 's3'].entries()) {
    rig.link(linkIn(id, 'open'));
    rig.deposit(ALICE, USD, n * 10);
    rig.actor.advance(60_000);
    print(rig, 'IBM', 18_200 + n);
    closedAt.push(rig.actor.ctx.nowMs());
    close(rig, id);
  }
  const told = history(rig).map(({ sessionId, netDepositsInCents, positions }) => {
    return [sessionId, netDepositsInCents, positions[0]?.closePriceInCents];
  });
  assert.deepEqual(told, [
    ['s3', 20, 18_202],
    ['s2', 10, 18_201],
    ['s1', 500_000, 18_200],
  ]);
  const [first = 0, second = 0, third = 0] = closedAt;
  const within = (query: Partial<typeof ALL>) =>
    history(rig, ALICE, { ...ALL, ...query }).map(({ sessionId }) => sessionId);
  assert.deepEqual(within({ fromMs: first, toMs: third }), ['s2', 's1']);
  assert.deepEqual(within({ fromMs: second + 1 }), ['s3']);
  assert.deepEqual(within({ beforeSessionNo: 3, limit: 1 }), ['s2']);
  assert.deepEqual(findings(rig.path), []);
});

test('the last print of the session counts, not the first of the next one', (t) => {
  const rig = closing(t);
  rig.deposit(ALICE, 'AIG', 10);
  print(rig, 'IBM', 19_000, 12, 18_150); // the table has the next session's already
  print(rig, 'AIG', 5_000, 13);
  const lastClose = { sessionId: 's1', closedAtMs: rig.actor.ctx.nowMs(), seq: 10 };
  rig.link({ ...linkIn('s2', 'open'), lastClose });
  const value = latest(rig);
  assert.deepEqual([value?.sessionId, value?.late], ['s1', false]);
  assert.deepEqual(
    value?.positions.map(({ symbol, closePriceInCents }) => [symbol, closePriceInCents]),
    [
      ['AIG', null],
      ['IBM', 18_150],
    ],
    'AIG had not been printed before, and no price is made up',
  );
  assert.deepEqual([value?.positionsInCents, value?.totalInCents], [null, null]);
});

test('a symbol without a price is said to have none, and the total is not made up', (t) => {
  const rig = closing(t);
  rig.deposit(ALICE, 'NEW', 3);
  close(rig, 's1');
  const value = latest(rig);
  const position = { symbol: 'NEW', numShares: 3, closePriceInCents: null };
  assert.deepEqual(value?.positions[1], { ...position, pricedAtMs: null, valueInCents: null });
  assert.deepEqual([value?.cashInCents, value?.totalInCents], [500_000, null]);
  assert.deepEqual(findings(rig.path), []);
});

test('who owns nothing any more is worth 0, and who came later has no value', (t) => {
  const rig = closing(t);
  rig.account('usr_00poor');
  close(rig, 's1');
  rig.deposit(BOB, USD, 1);
  const value = latest(rig, 'usr_00poor');
  assert.deepEqual([value?.totalInCents, value?.positions], [0, []]);
  assert.deepEqual(history(rig, BOB), []);
  assert.deepEqual(history(rig, 'usr_00nobody'), []);
  assert.deepEqual(findings(rig.path), []);
});

const USERS = LIMITS.portfoliosPerTurn * 2 + 50;
const userOf = (n: number) => `usr_00user${n}`;

/** Hears of the close and goes no further than that turn. */
function closeAlone(rig: ShardRig): void {
  const { inbox } = rig.actor.ctx;
  const held = holdMail(inbox);
  close(rig, 's1');
  held();
}

/** The rig delivers own messages at once: here they wait, as they would behind others' mail. */
function holdMail(inbox: { shift: () => unknown }): () => void {
  const { shift } = inbox;
  inbox.shift = () => undefined;
  return () => {
    inbox.shift = shift;
  };
}

function crowd(t: Pick<TestContext, 'after'>): ShardRig {
  const rig = new ShardRig(t);
  for (let n = 0; n < USERS; n++) rig.deposit(userOf(n), USD, 1_000 + n);
  return rig;
}

test('I4 many users are taken in portions, and none changes before its turn has come', (t) => {
  const rig = crowd(t);
  closeAlone(rig);
  const portions = rig.actor.ctx.inbox.length;
  assert.equal(portions, 1, 'the shard has promised itself to go on');
  rig.actor.ctx.inbox.length = 0;
  const last = userOf(USERS - 1);
  const hold = holdMail(rig.actor.ctx.inbox);
  rig.actor.receive({ kind: 'ValuesDue' });
  assert.deepEqual(history(rig, last), [], 'one portion is not all');
  assert.equal(history(rig, userOf(LIMITS.portfoliosPerTurn - 1)).length, 1);
  rig.deposit(last, USD, 5);
  assert.equal(latest(rig, last)?.cashInCents, 1_000 + USERS - 1, 'taken before it was posted');
  rig.deposit(last, USD, 5);
  hold();
  rig.actor.receive({ kind: 'ValuesDue' });
  for (let n = 0; n < USERS; n++) {
    assert.equal(latest(rig, userOf(n))?.cashInCents, 1_000 + n, userOf(n));
  }
  assert.deepEqual(findings(rig.path), []);
});

test('I29 a restart in the middle goes on: nobody twice, nobody left out', (t) => {
  const rig = crowd(t);
  closeAlone(rig);
  const hold = holdMail(rig.actor.ctx.inbox);
  rig.actor.receive({ kind: 'ValuesDue' });
  const last = userOf(USERS - 1);
  rig.deposit(last, USD, 5);
  hold();
  rig.actor.restart();
  rig.deposit(userOf(0), USD, 5);
  for (let n = 0; n < USERS; n++) {
    const values = history(rig, userOf(n));
    assert.deepEqual(
      values.map(({ sessionId, cashInCents }) => [sessionId, cashInCents]),
      [['s1', 1_000 + n]],
    );
  }
  assert.deepEqual(findings(rig.path), []);
});

test('the next session may close while the users of the last one are taken', (t) => {
  const rig = crowd(t);
  closeAlone(rig);
  const hold = holdMail(rig.actor.ctx.inbox);
  const last = userOf(USERS - 1);
  rig.link(linkIn('s2', 'open'));
  rig.deposit(last, USD, 5);
  close(rig, 's2');
  rig.deposit(last, USD, 5);
  hold();
  rig.actor.receive({ kind: 'ValuesDue' });
  const cash = (user: string) => history(rig, user).map(({ cashInCents }) => cashInCents);
  assert.deepEqual(cash(last), [1_005 + USERS - 1, 1_000 + USERS - 1]);
  assert.deepEqual(cash(userOf(1)), [1_001, 1_001]);
  assert.deepEqual(findings(rig.path), []);
});

const MISSED: [name: string, back: (rig: ShardRig) => void, sessions: string[]][] = [
  ['is down and back before the next', (rig) => rig.link(linkIn('s1', 'closed')), ['s1']],
  ['is back in the next session', (rig) => rig.link(linkIn('s2', 'open')), ['s1']],
  [
    'is back after the next has closed, too',
    (rig) => rig.link(linkIn('s2', 'closed')),
    ['s2', 's1'],
  ],
  ['missed whole sessions', (rig) => rig.link(linkIn('s4', 'open')), ['s1']],
];

for (const [name, back, sessions] of MISSED) {
  test(`a broker that was not there at the close and ${name} makes up for it, late`, (t) => {
    const rig = closing(t);
    rig.actor.restart();
    rig.actor.advance(60_000);
    print(rig, 'IBM', 18_300, 99);
    back(rig);
    const told = history(rig).map(({ sessionId, late, closedAtMs, positions }) => {
      return [sessionId, late, closedAtMs, positions[0]?.closePriceInCents];
    });
    const now = rig.actor.ctx.nowMs();
    assert.deepEqual(
      told,
      sessions.map((id) => [id, true, now, 18_300]),
    );
    assert.equal(rig.actor.ctx.counters.get('portfolios_late'), sessions.length);
    assert.deepEqual(findings(rig.path), []);
  });
}

test('a close that is heard long after it, or after a later trade, is a late one', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const lastClose = { closedAtMs: rig.actor.ctx.nowMs(), seq: 10 };
  rig.actor.advance(LIMITS.closeHeardMs + 1);
  rig.link({ ...linkIn('s1', 'closed'), lastClose: { ...lastClose, sessionId: 's1' } });
  rig.link(linkIn('s2', 'open'));
  const closedAtMs = rig.actor.ctx.nowMs();
  rig.actor.advance(10);
  rig.execute(rig.trade(id, 4, 18_000), id);
  const second = { ...lastClose, closedAtMs, sessionId: 's2' };
  rig.link({ ...LINKED, session: linkIn('s3', 'open').session, lastClose: second });
  assert.deepEqual(
    history(rig).map(({ sessionId, late }) => [sessionId, late]),
    [
      ['s2', true],
      ['s1', true],
    ],
  );
  assert.deepEqual(findings(rig.path), []);
});
