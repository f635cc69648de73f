// What `GET /metrics` shows, in the text format of Prometheus. Made anew for each scrape from what
// the threads reported last and what the exchange's side says now, so nothing is counted twice.
import { Counter, Gauge, Registry } from 'prom-client';
import type { ConnectionState } from '../actors/exchange-connection/protocol.ts';
import type { Reconciliation } from '../actors/reconciler/protocol.ts';
import type { ActorSnapshot, EdgeSnapshot, ThreadSnapshot } from '../runtime/metrics.ts';

export interface Sources {
  readonly nowMs: number;
  readonly threads: Iterable<ThreadSnapshot>;
  /** Null: it did not answer. */
  readonly reconciliation: Reconciliation | null;
  readonly connection: ConnectionState | null;
}

type Labels = Readonly<Record<string, string>>;

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export async function metricsText(sources: Sources): Promise<string> {
  const page = new Page();
  for (const thread of sources.threads) addThread(page, thread);
  addReconciliation(page, sources);
  addConnection(page, sources.connection);
  return await page.text();
}

/** The names that were set so far, each with its values. */
class Page {
  readonly #registry = new Registry();
  readonly #metrics = new Map<string, Gauge | Counter>();

  /** What ends in `_total` only rises: each page is new, so adding sets it. */
  set(name: string, help: string, value: number, labels: Labels = {}): void {
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      const labelNames = Object.keys(labels);
      const named = { name: `outcry_${name}`, help, labelNames, registers: [this.#registry] };
      metric = name.endsWith('_total') ? new Counter(named) : new Gauge(named);
      this.#metrics.set(name, metric);
    }
    metric.inc(labels, value);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function addThread(page: Page, snapshot: ThreadSnapshot): void {
  const { thread, uptimeMs, pendingAsks, deadLetters, counters } = snapshot;
  page.set('thread_uptime_seconds', 'Age of the thread.', uptimeMs / 1_000, { thread });
  page.set('asks_pending', 'Asks without an answer yet.', pendingAsks, { thread });
  page.set('dead_letters_total', 'Messages that nobody took.', deadLetters.total, { thread });
  for (const [event, count] of Object.entries(counters)) {
    page.set('events_total', 'What the actors of a thread counted.', count, { thread, event });
  }
  for (const [kind, actors] of byKind(snapshot.actors)) addKind(page, actors, { thread, kind });
  for (const [kind, some] of byKind([...snapshot.actors, ...snapshot.edges])) {
    addSizes(page, some, { thread, kind });
  }
}

/** One line per kind: a fan-out per symbol would make thousands. */
function addKind(page: Page, actors: readonly ActorSnapshot[], labels: Labels): void {
  const sum = (of: (actor: ActorSnapshot) => number) =>
    actors.reduce((total, actor) => total + of(actor), 0);
  const oldestMs = Math.max(...actors.map((actor) => actor.oldestMs));
  page.set('actors', 'Actors that live.', actors.length, labels);
  page.set(
    'mailbox_depth',
    'Messages that wait.',
    sum(({ depth }) => depth),
    labels,
  );
  page.set('mailbox_oldest_seconds', 'Age of the oldest of them.', oldestMs / 1_000, labels);
  page.set(
    'actor_messages_total',
    'Messages handled.',
    sum(({ messages }) => messages),
    labels,
  );
  page.set(
    'actor_turns_total',
    'Turns taken.',
    sum(({ turns }) => turns),
    labels,
  );
  page.set(
    'actor_restarts_total',
    'Actors made again.',
    sum(({ restarts }) => restarts),
    labels,
  );
  page.set(
    'actor_poison_total',
    'Messages set aside.',
    sum(({ poison }) => poison),
    labels,
  );
}

function addSizes(page: Page, some: readonly EdgeSnapshot[], labels: Labels): void {
  const help = 'How much of it the actors and gateways of a thread hold.';
  const sums = new Map<string, number>();
  for (const { sizes } of some) {
    for (const [what, size] of Object.entries(sizes)) sums.set(what, (sums.get(what) ?? 0) + size);
  }
  for (const [what, size] of sums) page.set('held', help, size, { ...labels, what });
}

function byKind<Snapshot extends EdgeSnapshot>(
  actors: readonly Snapshot[],
): Map<string, Snapshot[]> {
  const kinds = new Map<string, Snapshot[]>();
  for (const actor of actors) {
    const [kind = ''] = actor.address.split('/');
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [actor]);
    else known.push(actor);
  }
  return kinds;
}

function addReconciliation(page: Page, { nowMs, reconciliation }: Sources): void {
  const isUp = Number(reconciliation !== null);
  page.set('reconciler_up', 'Whether the reconciler answered.', isUp);
  if (reconciliation === null) return;
  const { oldestUnknownAtMs, unresolvedByReason, queriesAsked, cannotTell } = reconciliation;
  const ageMs = oldestUnknownAtMs === null ? 0 : Math.max(nowMs - oldestUnknownAtMs, 0);
  page.set('oldest_unknown_seconds', 'Age of the oldest order in doubt.', ageMs / 1_000);
  for (const [reason, count] of Object.entries(unresolvedByReason)) {
    page.set('unresolved_orders', 'Orders that the exchange must be asked about.', count, {
      reason,
    });
  }
  page.set('reconciler_queries_total', 'Orders asked about.', queriesAsked);
  page.set('reconciler_cannot_tell_total', 'Questions that brought no answer.', cannotTell);
  addFeed(page, reconciliation);
  addFullMatch(page, nowMs, reconciliation);
}

function addFeed(page: Page, { feed, parked }: Reconciliation): void {
  if (feed !== null) {
    const { lag, gaps, losses } = feed;
    if (lag !== null) page.set('feed_watermark_lag', 'Executions above the watermark.', lag);
    page.set('feed_gaps_total', 'Holes found in the trade feed.', gaps);
    page.set('feed_losses_total', 'Executions that the exchange had not kept.', losses);
  }
  if (parked === null) return;
  page.set('executions_parked', 'Executions that wait for their order.', parked.parked);
  page.set('executions_quarantined', 'Executions that could not be booked.', parked.quarantined);
}

function addFullMatch(page: Page, nowMs: number, { fullMatch }: Reconciliation): void {
  const { last } = fullMatch;
  if (last === null) return;
  const { finishedAtMs, outcome, missingThere, unknownHere, differing } = last;
  const ageS = Math.max(nowMs - finishedAtMs, 0) / 1_000;
  page.set('full_match_age_seconds', 'Since the last full match with the exchange.', ageS);
  const isComplete = Number(outcome === 'complete');
  page.set('full_match_complete', 'Whether the last one ran to its end.', isComplete);
  for (const [finding, count] of Object.entries({ missingThere, unknownHere, differing })) {
    page.set('full_match_findings', 'What the last one found.', count, { finding });
  }
}

function addConnection(page: Page, state: ConnectionState | null): void {
  page.set('exchange_connection_up', 'Whether it answered.', Number(state !== null));
  if (state === null) return;
  const { link, connections, submitsQueued, submitsInFlight, exchangeClockSkewMs } = state;
  page.set('exchange_linked', 'Whether orders may be sent.', Number(link.linked));
  const live = {
    orders: link.ordersReachable,
    trades: link.tradeFeedLive,
    prices: link.priceFeedLive,
  };
  for (const [part, isLive] of Object.entries(live)) {
    page.set('exchange_live', 'Whether that part of the exchange is live.', Number(isLive), {
      part,
    });
  }
  for (const [lane, open] of Object.entries(connections)) {
    page.set('exchange_connections', 'Sockets held towards the exchange.', open, { lane });
  }
  page.set('submits_queued', 'Orders that wait to be written.', submitsQueued);
  page.set('submits_in_flight', 'Orders written and not answered.', submitsInFlight);
  if (exchangeClockSkewMs === null) return;
  const skewS = exchangeClockSkewMs / 1_000;
  page.set('exchange_clock_skew_seconds', "The exchange's clock less ours.", skewS);
}
