// Deposits and withdrawals: once per id, never more than there is, never more than can be counted.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type {
  Deposit,
  DepositedReply,
  SetUserTradingState,
  WithdrawnReply,
} from '../../../src/actors/order-shard/protocol.ts';
import type { Rejection } from '../../../src/domain/reject-codes.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { ReplyOf } from '../../../src/runtime/actor.ts';
import { ALICE, LINKED, ShardRig } from './shard-rig.ts';

class FundingRig extends ShardRig {
  fund(...deposits: Partial<Deposit>[]): DepositedReply {
    const replyTo = this.actor.replyTo<DepositedReply>();
    const whole = deposits.map((deposit) => ({ ...CASH, ...deposit }));
    this.actor.receive({ kind: 'DepositAssets', userId: ALICE, deposits: whole, replyTo });
    const reply = this.reply<DepositedReply>(replyTo.correlationId);
    assert(reply !== null);
    return reply;
  }

  restrict(state: 'reducing' | 'halted'): void {
    const replyTo = this.actor.replyTo<ReplyOf<SetUserTradingState>>();
    const command = { kind: 'SetUserTradingState', userId: ALICE, state, reason: null } as const;
    this.actor.receive({ ...command, by: 'usr_00op', replyTo });
  }

  accounts(): number {
    const db = new Database(this.path, { readonly: true });
    const found = db.prepare<[], number>('SELECT COUNT(*) FROM accounts').pluck().get();
    db.close();
    return found ?? 0;
  }

  withdraw(amountInCents: number, depositId = 'w1'): WithdrawnReply | Rejection {
    const replyTo = this.actor.replyTo<WithdrawnReply | Rejection>();
    const command = { kind: 'WithdrawAssets', userId: ALICE, depositId, amountInCents } as const;
    this.actor.receive({ ...command, replyTo });
    const reply = this.reply<WithdrawnReply | Rejection>(replyTo.correlationId);
    assert(reply !== null);
    return reply;
  }
}

const CASH: Deposit = { depositId: 'd1', asset: 'USD', amount: 1_000, costInCents: 0 };

/** Alice has an account with 1,000 cents. */
function anAccount(t: Pick<TestContext, 'after'>): FundingRig {
  const rig = new FundingRig(t);
  rig.fund({});
  return rig;
}

const refused = (
  reply: WithdrawnReply | Rejection,
): [code: string, detail: object, retry: string] => {
  assert(reply.outcome === 'rejected');
  return [reply.code, reply.detail, reply.retry];
};

test('a deposit is booked once per id, with one account event', (t) => {
  const rig = new FundingRig(t);
  const first = rig.fund({});
  assert.deepEqual([first.booked, first.refused, first.account.cashInCents], [1, [], 1_000]);
  const again = rig.fund({});
  assert.deepEqual([again.booked, again.refused, again.account.cashInCents], [0, [], 1_000]);
  assert.deepEqual(
    rig.events().map(({ seq, kind }) => [seq, kind]),
    [[1, 'account_changed']],
  );
});

test('E02 an id with other terms is refused with the fields that differ, and nothing changes', (t) => {
  const rig = anAccount(t);
  const { booked, refused: rejections } = rig.fund({ amount: 2_000 }, { depositId: 'd2' });
  assert.equal(booked, 1, 'the other deposit of the same message is booked all the same');
  assert.deepEqual(
    rejections.map(({ code, detail, retry }) => [code, detail, retry]),
    [['idempotency_mismatch', { fields: ['amount'] }, 'new_key']],
  );
  const withdrawal = rig.withdraw(1_000, 'd1');
  assert.deepEqual(refused(withdrawal).slice(0, 2), [
    'idempotency_mismatch',
    { fields: ['operation'] },
  ]);
  assert.equal(rig.account().cashInCents, 2_000);
});

test('a balance that could not be counted to the cent is refused, not rounded', (t) => {
  const rig = anAccount(t);
  const most = LIMITS.balanceMax - 1_000;
  const tooMuch = rig.fund({ depositId: 'd2', amount: most + 1 });
  assert.deepEqual(
    tooMuch.refused.map(({ code, detail }) => [code, detail]),
    [
      [
        'balance_too_large',
        { asset: 'USD', balance: 1_000, amount: most + 1, balanceMax: LIMITS.balanceMax },
      ],
    ],
  );
  assert.equal(rig.fund({ depositId: 'd3', amount: most }).account.cashInCents, LIMITS.balanceMax);
});

test('a withdrawal takes cash out once per id', (t) => {
  const rig = anAccount(t);
  const first = rig.withdraw(400);
  assert(first.outcome === 'withdrawn');
  assert.deepEqual([first.replayed, first.account.cashInCents], [false, 600]);
  const again = rig.withdraw(400);
  assert(again.outcome === 'withdrawn');
  assert.deepEqual([again.replayed, again.account.cashInCents], [true, 600]);
  assert.deepEqual(
    rig.events().map(({ seq, kind }) => [seq, kind]),
    [
      [1, 'account_changed'],
      [2, 'account_changed'],
    ],
  );
});

test('a withdrawal cannot touch what an order reserves', (t) => {
  const rig = anAccount(t);
  rig.deposit(ALICE, 'USD', 1_000_000);
  rig.submitted({ priceInCents: 18_000, numShares: 10 });
  const { cashInCents, buyingPowerInCents } = rig.account();
  assert(buyingPowerInCents < cashInCents);
  assert.deepEqual(refused(rig.withdraw(buyingPowerInCents + 1)), [
    'insufficient_buying_power',
    { neededInCents: buyingPowerInCents + 1, availableInCents: buyingPowerInCents },
    'no',
  ]);
  assert.equal(rig.withdraw(buyingPowerInCents).outcome, 'withdrawn');
  assert.equal(rig.account().buyingPowerInCents, 0);
});

test('E18 nothing is withdrawn while trades may be missing, but a replay is answered', (t) => {
  const rig = anAccount(t);
  rig.withdraw(100, 'before');
  for (const link of [
    { ...LINKED, tradeFeedLive: false },
    { ...LINKED, linked: false },
  ]) {
    rig.link(link);
    assert.deepEqual(refused(rig.withdraw(100)), ['exchange_unavailable', {}, 'same_key']);
    assert.equal(rig.withdraw(100, 'before').outcome, 'withdrawn');
  }
  rig.link(LINKED);
  assert.equal(rig.withdraw(100).outcome, 'withdrawn');
});

test('nothing is withdrawn from an account that is restricted', (t) => {
  const rig = anAccount(t);
  for (const tradingState of ['reducing', 'halted'] as const) {
    rig.restrict(tradingState);
    assert.deepEqual(refused(rig.withdraw(100)), ['account_restricted', { tradingState }, 'no']);
  }
});

test('a refused withdrawal opens no account', (t) => {
  const rig = new FundingRig(t);
  assert.deepEqual(refused(rig.withdraw(1)), [
    'insufficient_buying_power',
    { neededInCents: 1, availableInCents: 0 },
    'no',
  ]);
  assert.equal(rig.accounts(), 0);
});
