// GET /metrics: what Prometheus reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reconciliation } from '../../src/actors/reconciler/protocol.ts';
import type { ActorSnapshot, ThreadSnapshot } from '../../src/runtime/metrics.ts';
import { aWorld, LINKED, type World } from './fixtures.ts';

const NOW_MS = 1_700_000_000_000; // where the fake edge's clock stands

const actor = (address: ActorSnapshot['address'], depth: number): ActorSnapshot => ({
  address,
  state: 'up',
  depth,
  oldestMs: depth * 100,
  turns: 7,
  messages: 9,
  restarts: 1,
  poison: 2,
  stale: 0,
  openAsks: 0,
  timers: 0,
  effects: 0,
  sizes: { usersWatched: depth },
});

const SNAPSHOT: ThreadSnapshot = {
  thread: 'order-0',
  incarnation: 1,
  atMs: NOW_MS,
  uptimeMs: 12_000,
  ticks: 3,
  pendingAsks: 4,
  timers: 0,
  effects: 0,
  actors: [actor('order-shard/00', 5), actor('order-shard/01', 2)],
  edges: [{ address: 'gateway/0', sizes: { streams: 3, symbols: 2 } }],
  links: [],
  counters: { orders_taken: 11 },
  deadLetters: { total: 6, kept: [] },
  poison: { total: 4, kept: [] },
};

const RECONCILIATION: Reconciliation = {
  outcome: 'reconciliation',
  unresolved: 3,
  unresolvedByReason: { outcome: 2, cancel: 1, too_late: 0, missing_fills: 0, busted: 0 },
  oldestUnknownAtMs: NOW_MS - 1_500,
  targeted: 0,
  fillsWanted: 0,
  crossed: 0,
  queriesAsked: 21,
  answeredFound: 20,
  answeredNotFound: 0,
  cannotTell: 1,
  budget: { perRound: 5, roundMs: 500, left: 5, inFlight: 0 },
  lastRoundAtMs: NOW_MS,
  fullMatch: {
    running: null,
    last: {
      startedAtMs: NOW_MS - 3_000,
      finishedAtMs: NOW_MS - 2_000,
      openHere: 5,
      openThere: 5,
      missingThere: 0,
      unknownHere: 1,
      differing: 0,
      outcome: 'complete',
    },
    lastComplete: null,
  },
  feed: { epoch: 'e1', watermarkSeq: 90, headSeq: 97, lag: 7, gaps: 1, losses: 0 },
  parked: { parked: 2, quarantined: 0, oldestParkedAtMs: null, inFlight: 0 },
};

async function scrape({ callAny }: World): Promise<Map<string, number>> {
  const answer = await callAny('GET', '/metrics', { userId: null });
  assert(answer.kind === 'text');
  assert.equal(answer.status, 200);
  assert.match(answer.contentType, /^text\/plain; version=0\.0\.4/);
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test('threads, mailboxes, the reconciler and the connections are shown, without a token', async () => {
  const world = aWorld();
  world.edge
    .answer('GetReconciliation', () => RECONCILIATION)
    .answer('GetConnectionState', () => ({ ...LINKED, submitsQueued: 8 }));
  world.edge.deliver({ kind: 'ThreadReported', thread: 'order-0', snapshot: SNAPSHOT } as {
    kind: string;
  });
  const metrics = await scrape(world);
  const expected: [line: string, value: number][] = [
    ['outcry_events_total{thread="order-0",event="orders_taken"}', 11],
    ['outcry_mailbox_depth{thread="order-0",kind="order-shard"}', 7],
    ['outcry_mailbox_oldest_seconds{thread="order-0",kind="order-shard"}', 0.5],
    ['outcry_actor_restarts_total{thread="order-0",kind="order-shard"}', 2],
    ['outcry_actor_poison_total{thread="order-0",kind="order-shard"}', 4],
    ['outcry_held{thread="order-0",kind="order-shard",what="usersWatched"}', 7],
    ['outcry_held{thread="order-0",kind="gateway",what="streams"}', 3],
    ['outcry_dead_letters_total{thread="order-0"}', 6],
    ['outcry_oldest_unknown_seconds', 1.5],
    ['outcry_unresolved_orders{reason="outcome"}', 2],
    ['outcry_feed_watermark_lag', 7],
    ['outcry_full_match_age_seconds', 2],
    ['outcry_full_match_complete', 1],
    ['outcry_full_match_findings{finding="unknownHere"}', 1],
    ['outcry_exchange_live{part="trades"}', 1],
    ['outcry_exchange_connections{lane="orders"}', 4],
    ['outcry_submits_queued', 8],
    ['outcry_exchange_clock_skew_seconds', -0.25],
  ];
  for (const [line, value] of expected) assert.equal(metrics.get(line), value, line);
});

test('who does not answer is down, and the rest is shown all the same', async () => {
  const world = aWorld();
  const metrics = await scrape(world);
  assert.equal(metrics.get('outcry_reconciler_up'), 0);
  assert.equal(metrics.get('outcry_exchange_connection_up'), 0);
  assert.equal(metrics.get('outcry_oldest_unknown_seconds'), undefined);
});

test('a second scrape counts nothing twice', async () => {
  const world = aWorld();
  world.edge.deliver({ kind: 'ThreadReported', thread: 'order-0', snapshot: SNAPSHOT } as {
    kind: string;
  });
  await scrape(world);
  const metrics = await scrape(world);
  assert.equal(metrics.get('outcry_events_total{thread="order-0",event="orders_taken"}'), 11);
});
