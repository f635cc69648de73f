// Many SSE streams at once: some are read event by event, of the others only the bytes are counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../harness/histogram.ts';
import { SseClient } from '../harness/sse-client.ts';
import type { FromLoad, StreamPlan, StreamReport } from './protocol.ts';
import { StreamReader, type StreamTotals } from './stream-reader.ts';
import { Tally } from './tally.ts';
import { UsageMeter } from './usage-meter.ts';

interface OpenStream {
  readonly userId: string;
  readonly client: SseClient;
  /** Null when only its bytes are counted. */
  readonly reader: StreamReader | null;
  readonly carriesOrders: boolean;
  /** Settles when the stream is there, or never will be. */
  readonly opened: Promise<void>;
}

const NOTHING = Number.NEGATIVE_INFINITY;
const LAST_EVENTS_MS = 10_000;
const LOOK_EVERY_MS = 20;
/** Connections asked for at a time: more than the server's backlog would be refused. */
const OPENING_MAX = 100;
/** A stream that is not there by then is missed in the report: it has no events. */
const OPENING_MS_MAX = 15_000;

export class StreamLoad {
  readonly #plan: StreamPlan;
  readonly #send: (message: FromLoad) => void;
  readonly #usage = new UsageMeter();
  readonly #streams: OpenStream[] = [];
  readonly #closed = new Tally();
  readonly #seenOrders = new Map<string, Set<string>>();
  readonly #totals: StreamTotals = {
    priceAge: new Latencies(),
    orderEventDelay: new Latencies(),
    events: new Tally(),
    timedUntilMs: NOTHING,
  };
  #usedWhileTimed: StreamReport['usage'] | null = null;

  constructor(plan: StreamPlan, send: (message: FromLoad) => void) {
    this.#plan = plan;
    this.#send = send;
    for (const { userId } of plan.users) this.#seenOrders.set(userId, new Set());
  }

  async open(): Promise<void> {
    for (let first = 0; first < this.#plan.streams; first += OPENING_MAX) {
      const last = Math.min(first + OPENING_MAX, this.#plan.streams);
      for (let index = first; index < last; index++) this.#streams.push(this.#openOne(index));
      const opened = Promise.all(this.#streams.slice(first).map((stream) => stream.opened));
      await Promise.race([opened, sleep(OPENING_MS_MAX, null, { ref: false })]);
    }
    this.#send({ kind: 'PhaseReached', phase: 'ready' });
  }

  begin(): void {
    this.#totals.timedUntilMs = Number.POSITIVE_INFINITY;
    this.#usage.start();
  }

  /** What happens from now on is checked for losses, but not timed. */
  end(): void {
    this.#usedWhileTimed = this.#usage.read();
    this.#totals.timedUntilMs = Date.now();
  }

  /** Waits for the last events, then reports; what has not come within the bound is missing. */
  finish(headSeqs: Readonly<Record<string, number>>): void {
    const usage = this.#usedWhileTimed ?? this.#usage.read();
    this.#totals.timedUntilMs = NOTHING;
    const untilMs = performance.now() + LAST_EVENTS_MS;
    const look = (): void => {
      if (!this.#hasAll(headSeqs) && performance.now() < untilMs) {
        return void setTimeout(look, LOOK_EVERY_MS);
      }
      for (const { client } of this.#streams) client.close();
      this.#send({ kind: 'Reported', report: this.#report(headSeqs, usage) });
    };
    look();
  }

  #openOne(index: number): OpenStream {
    const { target, users, symbols, symbolsPerStream } = this.#plan;
    const { orderStreamsPerUser, parseOneIn } = this.#plan;
    const user = users[index % users.length];
    if (user === undefined) throw new RangeError('the plan has no users');
    const carriesOrders = index < orderStreamsPerUser * users.length;
    const isParsed = carriesOrders || index % parseOneIn === 0;
    const seen = this.#seenOrders.get(user.userId) ?? new Set();
    let settleOpened: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      settleOpened = resolve;
    });
    const reader = isParsed ? new StreamReader(this.#totals, seen, () => settleOpened()) : null;
    const names = rotated(symbols, index * symbolsPerStream, symbolsPerStream);
    const client = new SseClient({
      target,
      path: `/stream?symbols=${names.join(',')}${carriesOrders ? '&orders=true' : ''}`,
      token: user.token,
      onEvent: reader === null ? null : (event) => reader.take(event),
      onClosed: (reason) => {
        this.#closed.add(reason);
        settleOpened();
      },
    });
    void client.open().then(() => {
      if (reader === null) settleOpened(); // others are open with their hello
    });
    return { userId: user.userId, client, reader, carriesOrders, opened };
  }

  #hasAll(headSeqs: Readonly<Record<string, number>>): boolean {
    return this.#streams.every(
      ({ userId, client, reader, carriesOrders }) =>
        !carriesOrders ||
        reader === null ||
        client.isClosed ||
        reader.check.hasReached(headSeqs[userId] ?? 0),
    );
  }

  #report(headSeqs: Readonly<Record<string, number>>, usage: StreamReport['usage']): StreamReport {
    const readers = this.#streams.filter(({ reader }) => reader !== null);
    const checks = this.#streams.flatMap(({ userId, reader, carriesOrders }) => {
      if (!carriesOrders || reader === null) return [];
      reader.check.close(headSeqs[userId] ?? 0);
      return [reader.check];
    });
    return {
      kind: 'StreamReport',
      priceAge: this.#totals.priceAge.summary(),
      orderEventDelay: this.#totals.orderEventDelay.summary(),
      events: this.#totals.events.toJSON(),
      parsedStreams: readers.length,
      bytes: this.#streams.reduce((sum, { client }) => sum + client.bytes, 0),
      missing: checks.reduce((sum, { missing }) => sum + missing, 0),
      repeated: checks.reduce((sum, { repeated }) => sum + repeated, 0),
      closed: this.#closed.toJSON(),
      seenOrders: Object.fromEntries(
        [...this.#seenOrders].map(([userId, ids]) => [userId, [...ids]]),
      ),
      usage,
    };
  }
}

/** `count` names from `start` on, beginning again at the end of the list, none twice. */
function rotated(names: readonly string[], start: number, count: number): string[] {
  const length = Math.min(count, names.length);
  return Array.from({ length }, (_, index) => names[(start + index) % names.length] ?? '');
}
