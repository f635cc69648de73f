import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventsReply } from '../../../src/actors/order-shard/protocol.ts';
import { USD } from '../../../src/domain/ledger.ts';
import type { Address } from '../../../src/runtime/actor.ts';
import { ALICE, ShardRig } from './shard-rig.ts';

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
