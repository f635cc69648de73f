// What operators decide, as a shard carries it out: the kill switch, a user's state and limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXCHANGE_CONNECTION } from '../../../src/actors/addresses.ts';
import type {
  GetUserLimits,
  ListRestricted,
  SetUserTradingState,
  UserLimitsReply,
} from '../../../src/actors/order-shard/protocol.ts';
import type { TradingState } from '../../../src/domain/account.ts';
import { USD } from '../../../src/domain/ledger.ts';
import { NO_USER_LIMITS } from '../../../src/domain/user-limits.ts';
import type { ReplyOf } from '../../../src/runtime/actor.ts';
import { ALICE, BOB, LINKED, ShardRig } from './shard-rig.ts';

const HALTED = { state: 'halted', reason: 'drill' } as const;
const OPERATOR = 'usr_00op';

class OperatorRig extends ShardRig {
  /** The answer, when there is one already. */
  setState(state: TradingState, reason: string | null = null) {
    const replyTo = this.actor.replyTo<ReplyOf<SetUserTradingState>>();
    const command = { kind: 'SetUserTradingState', userId: ALICE, state, reason } as const;
    this.actor.receive({ ...command, by: OPERATOR, replyTo });
    return () => this.reply<ReplyOf<SetUserTradingState>>(replyTo.correlationId);
  }

  restricted(): ReplyOf<ListRestricted>['users'] {
    const replyTo = this.actor.replyTo<ReplyOf<ListRestricted>>();
    this.actor.receive({ kind: 'ListRestricted', max: 10, replyTo });
    return this.reply<ReplyOf<ListRestricted>>(replyTo.correlationId)?.users ?? [];
  }

  limits(): UserLimitsReply | null {
    const replyTo = this.actor.replyTo<ReplyOf<GetUserLimits>>();
    this.actor.receive({ kind: 'GetUserLimits', userId: ALICE, replyTo });
    return this.reply<UserLimitsReply>(replyTo.correlationId);
  }

  /** An order whose submit was answered with silence. */
  unknown(userId = ALICE): string {
    this.place({ userId });
    this.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
    return this.lastOrder(userId).id;
  }
}

function funded(...[t]: ConstructorParameters<typeof ShardRig>): OperatorRig {
  const rig = new OperatorRig(t);
  rig.deposit(ALICE, USD, 5_000_000);
  rig.deposit(BOB, USD, 5_000_000);
  return rig;
}

test('a halt names the orders that were sent and that nobody awaits any more, as long as they can arrive', (t) => {
  const rig = funded(t);
  rig.submitted();
  const unknown = rig.unknown();
  rig.place(); // its submit is still the connection's to answer
  const halted = { outcome: 'applied', notSent: 0, onTheWire: [unknown] };
  assert.deepEqual(rig.decide({ broker: HALTED }), halted);
  assert.deepEqual(rig.decide({ symbols: [{ symbol: 'IBM', ...HALTED }] }), halted);
  const none = { ...halted, onTheWire: [] };
  assert.deepEqual(rig.decide({ symbols: [{ symbol: 'AIG', ...HALTED }] }), none);
  assert.deepEqual(rig.decide(), none, 'no halt, no list');
  rig.actor.advance(6_000); // notAfter 5 s, clock skew 1 s
  assert.deepEqual(rig.decide({ broker: HALTED }), halted);
  rig.actor.advance(1);
  assert.deepEqual(rig.decide({ broker: HALTED }), none);
});

test('an order of before a restart is on the wire until it is answered', (t) => {
  const rig = funded(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.restart();
  assert.deepEqual(rig.decide({ broker: HALTED })?.onTheWire, [id]);
  rig.acknowledge(id);
  assert.deepEqual(rig.decide({ broker: HALTED })?.onTheWire, []);
});

test('an order called back by the kill switch has failed, and its money is free again', (t) => {
  const rig = funded(t);
  rig.place({ waitMs: 5_000 });
  const { id } = rig.lastOrder();
  rig.decide({ broker: HALTED });
  rig.actor.sent();
  rig.actor.answer('SubmitOrder', { outcome: 'not_sent', reason: 'halted' });
  const [answer] = rig.actor.sent();
  assert(answer?.via === 'reply', 'its client is told');
  assert.deepEqual(answer.reply, { outcome: 'order', order: rig.order(id), replayed: false });
  assert.deepEqual([rig.order(id).status, rig.order(id).failCode], ['failed', 'not_sent']);
  assert.equal(rig.account().reservedInCents, 0);
});

test('a halted user is durable, told on the stream, and acknowledged once nothing of theirs is queued', (t) => {
  const rig = funded(t);
  const unknown = rig.unknown();
  const before = rig.events().length;
  const answer = rig.setState('halted', 'margin call');
  assert.equal(answer(), null, 'the connection has not spoken yet');
  const [recall] = rig.actor.openAsks('RecallSubmits');
  assert.deepEqual(recall, { kind: 'RecallSubmits', userId: ALICE });
  rig.actor.advance(7);
  const recalled = { outcome: 'recalled', notSent: 2, onTheWire: ['ord_written'] };
  rig.actor.answer('RecallSubmits', recalled, EXCHANGE_CONNECTION);
  assert.deepEqual(answer(), {
    outcome: 'in_force',
    version: before + 1,
    appliedInMs: 7,
    notSent: 2,
    onTheWire: ['ord_written', unknown],
  });
  const [event, ...more] = rig.events(ALICE, before);
  assert(event?.topic === 'account');
  assert.deepEqual([event.kind, event.account.tradingState], ['account_changed', 'halted']);
  assert.deepEqual(more, []);
  rig.actor.restart();
  rig.decide();
  rig.link(LINKED);
  assert.equal(rig.account().tradingState, 'halted');
  assert.deepEqual(rig.restricted(), [{ userId: ALICE, state: 'halted', reason: 'margin call' }]);
});

test('a halt that the connection did not take is in force and not acknowledged', (t) => {
  const rig = funded(t);
  const answer = rig.setState('halted');
  rig.actor.answer('RecallSubmits', { outcome: 'unknown', reason: 'deadline' });
  assert.equal(answer()?.outcome, 'not_applied');
  assert.equal(rig.account().tradingState, 'halted');
});

test('a connection that died has taken its queue with it', (t) => {
  const rig = funded(t);
  const answer = rig.setState('halted');
  rig.actor.answer('RecallSubmits', { outcome: 'unknown', reason: 'stopped' });
  assert.equal(answer()?.outcome, 'in_force');
});

test('other states need nobody else, and an active user is not listed', (t) => {
  const rig = funded(t);
  assert.equal(rig.setState('reducing', 'overdrawn')()?.outcome, 'in_force');
  assert.deepEqual(rig.restricted(), [{ userId: ALICE, state: 'reducing', reason: 'overdrawn' }]);
  assert.equal(rig.setState('active')()?.outcome, 'in_force');
  assert.deepEqual(rig.restricted(), []);
  assert.deepEqual(rig.actor.openAsks('RecallSubmits'), []);
  assert.equal(rig.place(), null);
});

test('limits of a user stand over the defaults, survive a restart and are for that user alone', (t) => {
  const rig = funded(t);
  const limits = { ...NO_USER_LIMITS, orderSharesMax: 5 };
  const replyTo = rig.actor.replyTo<UserLimitsReply>();
  rig.actor.receive({ kind: 'SetUserLimits', userId: ALICE, limits, by: OPERATOR, replyTo });
  const expected = {
    outcome: 'user_limits',
    own: limits,
    inForce: {
      orderSharesMax: 5,
      orderValueMaxInCents: 500_000_000,
      ordersPerSecondMax: 1_000,
      duplicateWindowMs: 0,
    },
  };
  assert.deepEqual(rig.reply(replyTo.correlationId), expected);
  rig.actor.restart();
  rig.decide();
  rig.link(LINKED);
  assert.deepEqual(rig.limits(), expected);
  assert.equal(rig.place()?.outcome, 'rejected');
  assert.equal(rig.place({ userId: BOB }), null);
});
