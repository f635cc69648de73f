// Incidents of two real shards as one list, read beside the shards that raised them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ListIncidents, ListIncidentsReply } from '../../src/actors/read-pool/protocol.ts';
import type { IncidentEntry, IncidentKind, IncidentPlace } from '../../src/domain/incident.ts';
import { incidentsReply, type ShardIncidents } from '../../src/read-pool/incidents.ts';
import { ReadPool } from '../../src/read-pool/read-pool.ts';
import type { Asked, AskFailure } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import { pathsOf, readMeta } from '../../src/store/data-directory.ts';
import { ShardReader } from '../../src/store/shard-reader.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';
import { tradedDirectory } from '../audit/books-on-disk.ts';

/** Two shards whose clocks are moved together; every incident is about the order of its shard. */
function twoShards(t: Pick<TestContext, 'after'>) {
  const rigs = [new ShardRig(t), new ShardRig(t)] as const;
  const orderIds = rigs.map((rig) => {
    rig.deposit(ALICE, 'USD', 100_000_000);
    return rig.submitted({ numShares: 10, priceInCents: 18_200 }).id;
  });
  const shards: ShardIncidents[] = rigs.map(({ path }, shard) => {
    const reader = new ShardReader(path);
    t.after(() => reader.close());
    return { shard, list: reader.incidents };
  });
  const raise = (shard: 0 | 1, incident: IncidentKind, laterMs = 1_000) => {
    for (const rig of rigs) rig.actor.advance(laterMs);
    const orderId = orderIds[shard] ?? '';
    const found = { kind: 'IncidentFound', orderId, incident, detail: { shard } } as const;
    rigs[shard].actor.receive(found);
  };
  const page = (question: Partial<Asked<ListIncidents>> = {}) => {
    const all = { kind: 'ListIncidents', incident: null, userId: null, before: null } as const;
    return incidentsReply({ ...all, limit: 100, ...question }, shards);
  };
  return { rigs, orderIds, raise, page };
}

const shown = ({ incidentId, kind }: IncidentEntry) => `${incidentId} ${kind}`;

test('the incidents of all shards are one list, newest first, with whose they are', (t) => {
  const { rigs, orderIds, raise, page } = twoShards(t);
  raise(0, 'overfill');
  raise(1, 'trade_conflict');
  raise(1, 'stray_trade');
  raise(0, 'trade_conflict');
  const { incidents, next } = page();
  assert.deepEqual(incidents.map(shown), [
    '00-2 trade_conflict',
    '01-2 stray_trade',
    '01-1 trade_conflict',
    '00-1 overfill',
  ]);
  assert.equal(next, null);
  assert.deepEqual(incidents[0], {
    incidentId: '00-2',
    kind: 'trade_conflict',
    atMs: rigs[0].actor.ctx.nowMs(),
    userId: ALICE,
    orderId: orderIds[0],
    detail: { shard: 0 },
  });
});

test('pages over both shards go on where the one before ended, and new incidents do not shift them', (t) => {
  const { raise, page } = twoShards(t);
  for (const shard of [0, 1, 1, 1, 0, 1, 0] as const) raise(shard, 'overfill');
  raise(1, 'overfill', 0); // at one time with the one before it, in the other shard
  assert.equal(page().incidents.length, 8);
  for (const limit of [1, 2, 3, 7]) {
    const expected = page().incidents.map(shown);
    const read: string[] = [];
    let before: readonly IncidentPlace[] | null = null;
    do {
      const { incidents, next } = page({ limit, before });
      read.push(...incidents.map(shown));
      raise(0, 'trade_conflict');
      raise(1, 'trade_conflict');
      before = next;
    } while (before !== null);
    assert.deepEqual(read, expected, `by ${limit}`);
  }
});

test('a shard that had none yet does not slip new ones into later pages', (t) => {
  const { raise, page } = twoShards(t);
  raise(0, 'overfill');
  raise(0, 'overfill');
  const { next } = page({ limit: 1 });
  raise(1, 'overfill');
  assert.deepEqual(page({ limit: 1, before: next }).incidents.map(shown), ['00-1 overfill']);
});

test('of one kind, of one user, of both, page by page', (t) => {
  const { raise, page } = twoShards(t);
  for (const kind of ['overfill', 'trade_conflict', 'overfill'] as const) {
    raise(0, kind);
    raise(1, kind);
  }
  const overfills = { incident: 'overfill' } as const;
  const ids = (question: Partial<Asked<ListIncidents>>) =>
    page(question).incidents.map(({ incidentId }) => incidentId);
  assert.deepEqual(ids(overfills), ['01-3', '00-3', '01-1', '00-1']);
  const { next } = page({ ...overfills, limit: 3 });
  assert.deepEqual(ids({ ...overfills, before: next }), ['00-1']);
  assert.equal(ids({ userId: ALICE }).length, 6);
  assert.deepEqual(ids({ userId: ALICE, ...overfills, limit: 2 }), ['01-3', '00-3']);
  assert.deepEqual(ids({ userId: BOB }), []);
  assert.deepEqual(ids({ incident: 'order_resurrected' }), []);
});

test('the pool reads every shard once, and of a user only theirs', async (t) => {
  const directory = await tradedDirectory(t);
  const paths = pathsOf(directory);
  const { bucketToShard: shards } = readMeta(join(directory, 'meta.json'));
  const bounds = { threads: 1, queueMax: 10, exchangeUrl: 'http://127.0.0.1:1' };
  const pool = new ReadPool({ paths, shards, ...bounds });
  t.after(() => pool.close());
  const all = await askPool(pool, {});
  assert.deepEqual(
    new Set(all.map(({ kind }) => kind)),
    new Set(['trade_busted', 'trade_corrected']),
  );
  assert.equal(all.length, 2);
  for (const incident of all) {
    const { userId } = incident;
    const theirs = all.filter((each) => each.userId === userId);
    assert.deepEqual(await askPool(pool, { userId }), theirs);
  }
});

async function askPool(pool: ReadPool, filter: Partial<ListIncidents>) {
  const answer = await new Promise<ListIncidentsReply | AskFailure>((resolve) => {
    const edge = {
      count: () => undefined,
      reply: (_to: unknown, reply: ListIncidentsReply) => resolve(reply),
    } as unknown as Edge;
    const replyTo = { to: 'test/0', correlationId: 1 } as ListIncidents['replyTo'];
    const question: ListIncidents = {
      kind: 'ListIncidents',
      incident: null,
      userId: null,
      limit: 10,
      before: null,
      replyTo,
      ...filter,
    };
    pool.receive(question, edge);
  });
  assert(answer.outcome === 'incidents', JSON.stringify(answer));
  return answer.incidents;
}
