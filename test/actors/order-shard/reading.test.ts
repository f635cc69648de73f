import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventsReply, OpenOrderIdsReply } from '../../../src/actors/order-shard/protocol.ts';
import { USD } from '../../../src/domain/ledger.ts';
import type { Address } from '../../../src/runtime/actor.ts';
import { ALICE, BOB, ShardRig } from './shard-rig.ts';

const GATEWAY: Address = 'gateway/0';

function read(rig: ShardRig, afterSeq: number, max: number): EventsReply {
  const replyTo = rig.actor.replyTo<EventsReply>();
  const page = { userId: ALICE, afterSeq, max, watcher: GATEWAY };
  rig.actor.receive({ kind: 'ReadEvents', ...page, replyTo });
  const reply = rig.reply<EventsReply>(replyTo.correlationId);
  assert(reply !== null);
  return reply;
}

test('I18 pages follow one another without a gap or a repeat, and the last is at the head', (t) => {
  const rig = new ShardRig(t);
  for (let count = 0; count < 5; count++) rig.deposit(ALICE, USD, 1_000);
  const seqs: number[] = [];
  let page = read(rig, 0, 2);
  for (; !page.caughtUp; page = read(rig, seqs.at(-1) ?? 0, 2)) {
    assert(page.events.length > 0, 'a page that is not the last brings something');
    seqs.push(...page.events.map(({ seq }) => seq));
  }
  seqs.push(...page.events.map(({ seq }) => seq));
  assert.deepEqual(seqs, [1, 2, 3, 4, 5]);
  assert.equal(page.headSeq, 5);
});

test('I18 a watcher hears of nothing before it has read up to the head', (t) => {
  const rig = new ShardRig(t);
  for (let count = 0; count < 3; count++) rig.deposit(ALICE, USD, 1_000);
  assert.equal(read(rig, 0, 2).caughtUp, false);
  rig.place({ numShares: 1, priceInCents: 100 });
  assert.deepEqual(rig.live(), [], 'these would come before the third');
  const { caughtUp, headSeq } = read(rig, 2, 256);
  assert.equal(caughtUp, true);
  rig.place({ numShares: 1, priceInCents: 100 });
  assert.equal(rig.live()[0]?.seq, headSeq + 1);
});

test('open orders are named for a cancel of all, by symbol and side, oldest first', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, 'USD', 10_000_000);
  rig.deposit(ALICE, 'IBM', 100);
  const dear = rig.submitted({ priceInCents: 18_100 });
  const cheap = rig.submitted({ priceInCents: 17_000 });
  const sell = rig.submitted({ side: 'sell', priceInCents: 19_000 });
  const closed = rig.submitted({ numShares: 4, priceInCents: 18_050 });
  rig.execute(rig.trade(closed.id, 4, 18_050), closed.id);
  const ask = (symbol: string | null, side: 'buy' | 'sell' | null, max = 10, userId = ALICE) => {
    const replyTo = rig.actor.replyTo<OpenOrderIdsReply>();
    rig.actor.receive({ kind: 'ListOpenOrderIds', userId, symbol, side, max, replyTo });
    return rig.reply<OpenOrderIdsReply>(replyTo.correlationId);
  };
  const check = () => {
    const all = [dear.id, cheap.id, sell.id];
    assert.deepEqual(ask(null, null), named(all));
    assert.deepEqual(ask('IBM', 'buy'), named([dear.id, cheap.id]));
    assert.deepEqual(ask(null, 'sell'), named([sell.id]));
    assert.deepEqual(ask(null, null, 2), named([dear.id, cheap.id], true));
    assert.deepEqual(ask('AIG', null), named([]));
    assert.deepEqual(ask(null, null, 10, BOB), named([]));
  };
  check();
  rig.restart();
  check();
});

function named(orderIds: string[], hasMore = false): OpenOrderIdsReply {
  return { outcome: 'open_order_ids', orderIds, hasMore };
}
