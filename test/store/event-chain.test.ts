// The event log is a hash chain, and its heads are anchored outside of the database (I22).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { DepositedReply } from '../../src/actors/order-shard/protocol.ts';
import { type Anchor, AnchorLog } from '../../src/store/anchor-log.ts';
import { CHAIN_START, type HashedEvent, linkHash } from '../../src/store/event-hash.ts';
import { ALICE, ShardRig } from '../actors/order-shard/shard-rig.ts';
import { tempDirectory } from '../temp-directory.ts';

const EVENT: HashedEvent = {
  eventNo: 1,
  accountNo: 1,
  seq: 1,
  kind: 'order_traded',
  atMs: 5,
  orderNo: 1,
  detail: '{"version":2}',
  fill: { fillNo: 1, epoch: 'e1', execId: 'x', lastQty: 4, lastPriceInCents: 100, feeInCents: 1 },
};

test('every field of an event, of its fill and of the past changes the hash', () => {
  const hash = linkHash(CHAIN_START, [EVENT]).toString('hex');
  const { fill } = EVENT;
  assert(fill !== null);
  const changed = [
    ...Object.keys(EVENT).map((key) => ({ ...EVENT, [key]: key === 'fill' ? null : 9 })),
    ...Object.keys(fill).map((key) => ({ ...EVENT, fill: { ...fill, [key]: 9 } })),
  ];
  const hashes = changed.map((event) => linkHash(CHAIN_START, [event as HashedEvent]));
  const all = new Set([hash, ...hashes.map((one) => one.toString('hex'))]);
  assert.equal(all.size, changed.length + 1);
  assert.notEqual(linkHash(Buffer.from('past'), [EVENT]).toString('hex'), hash);
});

test('a link is over the JSON of its events, one to a line', () => {
  const { eventNo, accountNo, seq, kind, atMs, orderNo, detail, fill } = EVENT;
  assert(fill !== null);
  const line = JSON.stringify([
    ...[eventNo, accountNo, seq, kind, atMs, orderNo, detail],
    [1, 'e1', 'x', 4, 100, 1],
  ]);
  const account = { ...EVENT, kind: 'account_changed', orderNo: null, fill: null };
  const other = JSON.stringify([1, 1, 1, 'account_changed', 5, null, detail, null]);
  const past = createHash('sha256').update('past').digest();
  const expected = createHash('sha256').update(past).update(`${line}\n${other}`).digest('hex');
  assert.equal(linkHash(past, [EVENT, account]).toString('hex'), expected);
});

test('the events of a shard are one chain, also over a restart', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, 'USD', 500_000);
  const { id } = rig.submitted();
  rig.execute(rig.trade(id, 4, 18_000), id);
  rig.restart();
  rig.execute(rig.trade(id, 6, 18_000), id);
  const db = new Database(rig.path, { readonly: true });
  const rows = db.prepare(ROWS).all() as (HashedEvent & { hash: Buffer; fill: string | null })[];
  db.close();
  let previous: Uint8Array = CHAIN_START;
  let link: HashedEvent[] = [];
  for (const { hash, fill, ...event } of rows) {
    link.push({ ...event, fill: fill && JSON.parse(fill) });
    if (hash.length === 0) continue;
    const expected = linkHash(previous, link);
    assert.equal(hash.toString('hex'), expected.toString('hex'), `event ${event.eventNo}`);
    previous = hash;
    link = [];
  }
  assert.deepEqual(link, [], 'each turn ends with a hash');
  assert(rows.length >= 8);
});

const ROWS = `
  SELECT event_no AS eventNo, account_no AS accountNo, seq, kind, at_ms AS atMs,
         events.order_no AS orderNo, detail, hash,
         CASE WHEN events.fill_no IS NULL THEN NULL ELSE json_object(
           'fillNo', fills.fill_no, 'epoch', epoch, 'execId', exec_id, 'lastQty', last_qty,
           'lastPriceInCents', last_price_in_cents, 'feeInCents', fee_in_cents) END AS fill
  FROM events LEFT JOIN fills USING (fill_no) ORDER BY event_no`;

test('a head is anchored once, on a line of its own', (t) => {
  const path = join(tempDirectory(t), 'anchors.log');
  const log = new AnchorLog(path, '03');
  log.anchor({ eventNo: 0, hash: CHAIN_START }, 1);
  assert.equal(existsSync(path), false, 'nothing has happened yet');
  const hash = linkHash(CHAIN_START, [EVENT]);
  log.anchor({ eventNo: 1, hash }, 2);
  log.anchor({ eventNo: 1, hash }, 3);
  const first = { atMs: 2, shard: '03', eventNo: 1, hash: hash.toString('hex') };
  assert.deepEqual(anchorsIn(path), [first]);
  log.anchor({ eventNo: 2, hash }, 4);
  assert.deepEqual(anchorsIn(path), [first, { ...first, atMs: 4, eventNo: 2 }]);
});

test('I22 the head of a turn that may yet be rolled back is not anchored', (t) => {
  const path = join(tempDirectory(t), 'anchors.log');
  const rig = new ShardRig(t, { anchors: new AnchorLog(path, '00') });
  rig.deposit(ALICE, 'USD', 1_000);
  const deposits = [{ depositId: 'second', asset: 'USD', amount: 1, costInCents: 0 }];
  const replyTo = rig.actor.replyTo<DepositedReply>();
  rig.actor.receive(
    { kind: 'DepositAssets', userId: ALICE, deposits, replyTo },
    { kind: 'AnchorDue' },
  );
  assert.deepEqual(
    anchorsIn(path).map(({ eventNo }) => eventNo),
    [1],
  );
  rig.actor.close(); // it anchors its last head while the directory is there
});

function anchorsIn(path: string): Anchor[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Anchor);
}
