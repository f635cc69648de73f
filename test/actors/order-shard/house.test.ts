// Trades of nobody (E22): the house's until an operator gives them to whose they are, in two
// durable steps, or contests them with the exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type {
  AssignTrade,
  FactReply,
  HouseTrade,
  HouseTradeReply,
  RefuseTrade,
} from '../../../src/actors/order-shard/protocol.ts';
import { HOUSE_USER_ID } from '../../../src/domain/ids.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { anExecution } from '../venue-messages.ts';
import { ALICE, ShardRig } from './shard-rig.ts';

const STRAY: Execution = anExecution(7, { lastQty: 10, lastPriceInCents: 18_000, cumQty: 10 });

class HouseRig extends ShardRig {
  book(...executions: Execution[]): FactReply | null {
    const replyTo = this.actor.replyTo<FactReply>();
    const ids = { epoch: 'e1', externalOrderId: 'x1' };
    this.actor.receive({ kind: 'BookStray', ...ids, executions, replyTo });
    return this.reply<FactReply>(replyTo.correlationId);
  }

  assign(execId: string, userId = ALICE): HouseTradeReply | null {
    return this.#decide<AssignTrade>({ kind: 'AssignTrade', epoch: 'e1', execId, userId });
  }

  refuse(execId: string, reason = 'not ours'): HouseTradeReply | null {
    return this.#decide<RefuseTrade>({ kind: 'RefuseTrade', epoch: 'e1', execId, reason });
  }

  trades(): readonly HouseTrade[] {
    const replyTo = this.actor.replyTo<{ outcome: 'house_trades'; trades: HouseTrade[] }>();
    this.actor.receive({ kind: 'ListHouseTrades', max: 10, replyTo });
    return this.reply<{ trades: HouseTrade[] }>(replyTo.correlationId)?.trades ?? [];
  }

  /** The user's shard, which here is this one, takes what it has been sent. */
  deliver(): FactReply | null {
    const sent = this.actor.openAsks('ReceiveTrade').at(-1);
    assert(sent !== undefined, 'nothing was sent');
    const replyTo = this.actor.replyTo<FactReply>();
    this.actor.receive({ ...sent, kind: 'ReceiveTrade', replyTo } as never);
    return this.reply<FactReply>(replyTo.correlationId);
  }

  transfers(): number[] {
    const db = new Database(this.path, { readonly: true });
    const sql = 'SELECT amount FROM balances WHERE account = 11 AND amount <> 0';
    const rows = db.prepare<[], number>(sql).pluck().all();
    db.close();
    return rows;
  }

  #decide<Command extends AssignTrade | RefuseTrade>(command: Omit<Command, 'replyTo'>) {
    const replyTo = this.actor.replyTo<HouseTradeReply>();
    this.actor.receive({ ...command, replyTo } as Command);
    return this.reply<HouseTradeReply>(replyTo.correlationId);
  }
}

test('E22 a trade of nobody is booked to the house once, and an operator sees it', (t) => {
  const rig = new HouseRig(t);
  assert.deepEqual(rig.book(STRAY), { outcome: 'booked' });
  assert.deepEqual(rig.book(STRAY), { outcome: 'already_booked' });
  assert.deepEqual(rig.holdings(HOUSE_USER_ID), [
    { symbol: 'IBM', numShares: 10, reservedShares: 0 },
  ]);
  const account = rig.account(HOUSE_USER_ID);
  assert.deepEqual([account.cashInCents, account.tradingState], [-180_018, 'active']);
  assert.deepEqual(rig.incidents(), ['stray_trade']);
  assert.deepEqual(
    rig.trades().map(({ execId, lastQty, state }) => [execId, lastQty, state]),
    [['exec-7', 10, 'open']],
  );
});

test('E22 given to its user: shares and cash move in two steps, each once', (t) => {
  const rig = new HouseRig(t);
  rig.deposit(ALICE, 'USD', 500_000);
  rig.book(STRAY);
  const answer = rig.assign('exec-7');
  assert(answer?.outcome === 'house_trade');
  assert.deepEqual([answer.trade.state, answer.trade.userId], ['assigning', ALICE]);
  assert.deepEqual(rig.holdings(HOUSE_USER_ID), []);
  assert.equal(rig.transfers().length, 2, 'on its way');
  assert.deepEqual(rig.deliver(), { outcome: 'booked' });
  assert.deepEqual(rig.deliver(), { outcome: 'already_booked' });
  rig.actor.answer('ReceiveTrade', { outcome: 'booked' });
  assert.deepEqual(rig.transfers(), []);
  assert.deepEqual(rig.holdings(), [{ symbol: 'IBM', numShares: 10, reservedShares: 0 }]);
  assert.equal(rig.account().cashInCents, 500_000 - 180_018);
  assert.equal(rig.account(HOUSE_USER_ID).cashInCents, 0);
  assert.equal(rig.trades()[0]?.state, 'assigned');
});

test('E22 an assignment that was cut off by a crash is sent again until it is confirmed', (t) => {
  const rig = new HouseRig(t);
  rig.book(STRAY);
  rig.assign('exec-7');
  rig.restart();
  assert.equal(rig.actor.openAsks('ReceiveTrade').length, 1);
  rig.actor.answer('ReceiveTrade', { outcome: 'unknown', reason: 'stopped' });
  rig.actor.advance(1_000);
  assert.equal(rig.actor.openAsks('ReceiveTrade').length, 1);
  rig.actor.answer('ReceiveTrade', { outcome: 'booked' });
  rig.restart();
  assert.deepEqual(rig.actor.openAsks('ReceiveTrade'), []);
});

test('E22 what an operator has decided stands: the same again is a replay, another is refused', (t) => {
  const rig = new HouseRig(t);
  rig.book(STRAY);
  assert.equal(rig.refuse('exec-7')?.outcome, 'house_trade');
  const again = rig.refuse('exec-7');
  assert(again?.outcome === 'house_trade' && again.replayed);
  assert.equal(rig.assign('exec-7')?.outcome, 'settled_otherwise');
  assert.equal(rig.assign('exec-8')?.outcome, 'no_such_trade');
});

test('E22 a contested trade that the exchange busts leaves nothing with the house', (t) => {
  const rig = new HouseRig(t);
  rig.book(STRAY);
  rig.refuse('exec-7');
  const bust = anExecution(8, { execKind: 'bust', execRef: 'exec-7', cumQty: 0 });
  assert.deepEqual(rig.book(bust), { outcome: 'booked' });
  assert.deepEqual(rig.holdings(HOUSE_USER_ID), []);
  assert.equal(rig.account(HOUSE_USER_ID).cashInCents, 0);
});

test('E22 what the exchange takes back is asked about no more, and cannot be given away', (t) => {
  const rig = new HouseRig(t);
  const other = anExecution(8, { lastQty: 5, lastPriceInCents: 18_000, cumQty: 15 });
  rig.book(STRAY, other);
  rig.book(anExecution(9, { execKind: 'bust', execRef: 'exec-7', lastQty: null, cumQty: 5 }));
  rig.book(anExecution(10, { execKind: 'correct', execRef: 'exec-8', lastQty: 3, cumQty: 3 }));
  assert.deepEqual([rig.unresolved(), rig.openOrders(0, 10).orders], [[], []]);
  assert.equal(rig.account(HOUSE_USER_ID).reservedInCents, 0);
  assert.deepEqual(
    rig.trades().map(({ execId, lastQty, state }) => [execId, lastQty, state]),
    [
      ['exec-8', 3, 'open'],
      ['exec-7', 0, 'busted'],
    ],
  );
  assert.equal(rig.assign('exec-7')?.outcome, 'settled_otherwise');
  assert.deepEqual(rig.actor.openAsks('ReceiveTrade'), []);
});

test('E22 E29 a trade is given away as it stands, and sent again as it was given', (t) => {
  const rig = new HouseRig(t);
  rig.deposit(ALICE, 'USD', 500_000);
  rig.book(STRAY);
  const terms = { lastQty: 8, lastPriceInCents: 17_000, cumQty: 8 };
  rig.book(anExecution(8, { execKind: 'correct', execRef: 'exec-7', ...terms }));
  rig.assign('exec-7');
  const bust = { execKind: 'bust', execRef: 'exec-7', lastQty: null, cumQty: 0 } as const;
  assert.deepEqual(rig.book(anExecution(9, bust)), { outcome: 'booked' });
  rig.restart();
  rig.deliver();
  assert.deepEqual(rig.transfers(), [], 'what left the house has come to its user');
  assert.deepEqual(rig.holdings(), [{ symbol: 'IBM', numShares: 8, reservedShares: 0 }]);
  assert.equal(rig.account().cashInCents, 500_000 - 8 * 17_000 - 14);
  assert.equal(rig.incidents().at(-1), 'assigned_trade_amended', 'an operator has to look again');
});

test('I3 a trade that its user cannot bear is booked, and the account is for closing only', (t) => {
  const rig = new HouseRig(t);
  rig.deposit(ALICE, 'USD', 5_000);
  rig.book(STRAY);
  rig.assign('exec-7');
  rig.deliver();
  const { cashInCents, tradingState } = rig.account();
  assert.deepEqual([cashInCents, tradingState], [5_000 - 180_018, 'reducing']);
  assert.deepEqual(rig.incidents(), ['stray_trade', 'overdrawn']);
});
