// A whole exchange: the engine, its log and its two feeds. Every command goes through `run`, which
// writes down what came of it before anybody hears of it.
import type { Capabilities, Execution } from '../port.ts';
import { ENGINE_ABILITIES } from './abilities.ts';
import { Engine } from './engine.ts';
import { Feed, type FeedWire, type KeptFrame, SOUND_WIRE } from './feed.ts';
import { ExchangeLog } from './log.ts';
import type { LogLine, LogRecord } from './log-record.ts';
import type { SymbolListing } from './market.ts';
import type { ExchangeRequest } from './requests.ts';

export interface ExchangeOptions {
  readonly logFile: string;
  readonly listings: readonly SymbolListing[];
  readonly echo: boolean;
  /** Begins a new epoch with an empty book, whatever the log holds. */
  readonly loseBook: boolean;
  readonly nowMs: () => number;
  /** What lies between the feeds and their readers. */
  readonly wires?: FeedWires;
}

export type FeedWires = Readonly<Record<'executions' | 'prices', FeedWire>>;

export interface ExchangeReply {
  readonly status: number;
  readonly body: unknown;
}

const EXECUTIONS_KEPT = 16_384;
const PRICES_KEPT = 65_536;

export class Exchange {
  readonly log: ExchangeLog;
  readonly #listings: readonly SymbolListing[];
  readonly #echo: boolean;
  readonly #nowMs: () => number;
  readonly #wires: FeedWires;
  #engine: Engine;
  #feeds: Readonly<Record<'executions' | 'prices', Feed>>;
  #sessionSinceMs: number | null;
  #onExecution: (execution: Execution) => void = () => {};

  constructor({ logFile, listings, echo, loseBook, nowMs, wires }: ExchangeOptions) {
    this.#listings = listings;
    this.#echo = echo;
    this.#nowMs = nowMs;
    this.#wires = wires ?? { executions: SOUND_WIRE, prices: SOUND_WIRE };
    const restored = new Restored(listings);
    this.log = new ExchangeLog(logFile, (record) => restored.take(record));
    if (restored.engine === null || loseBook) {
      const epoch = epochAt(nowMs(), restored.engine?.epoch);
      this.log.append([restored.take({ kind: 'epoch', epoch, atMs: nowMs() })]);
    }
    this.#engine = restored.engine ?? new Engine({ epoch: '', listings });
    this.#sessionSinceMs = restored.sessionSinceMs;
    this.#feeds = this.#openFeeds();
  }

  get engine(): Engine {
    return this.#engine;
  }

  get executions(): Feed {
    return this.#feeds.executions;
  }

  get prices(): Feed {
    return this.#feeds.prices;
  }

  /**
   * When the engine's present session was opened or closed, for a replay that begins; null for a
   * new book.
   */
  get sessionSinceMs(): number | null {
    return this.#sessionSinceMs;
  }

  /** Called with each execution, once it is in the log and on the feed. */
  onExecution(listener: (execution: Execution) => void): void {
    this.#onExecution = listener;
  }

  /** A new epoch with an empty book, in place. Whoever reads the feeds is cut. */
  loseBook(): void {
    const { executions, prices } = this.#feeds;
    const atMs = this.#nowMs();
    const epoch = epochAt(atMs, this.#engine.epoch);
    this.log.append([{ kind: 'epoch', epoch, atMs }]);
    this.#engine = new Engine({ epoch, listings: this.#listings });
    this.#sessionSinceMs = null;
    this.#feeds = this.#openFeeds();
    executions.cutAll();
    prices.cutAll();
  }

  /** Runs a command on the engine; returns only when all that came of it is in the log. */
  run<Result>(command: (engine: Engine, nowMs: number) => Result): Result {
    const nowMs = this.#nowMs();
    const result = command(this.engine, nowMs);
    const { records, prices } = this.engine.take();
    const texts = this.log.append(records);
    const executions: Execution[] = [];
    const lines: string[] = [];
    for (const [index, record] of records.entries()) {
      if (record.kind !== 'execution') continue;
      executions.push(record);
      lines.push(this.#echo ? `${texts[index]}\n` : this.#lineOf(record));
    }
    this.executions.publish(lines, nowMs);
    this.prices.publish(
      prices.map((frame) => `${JSON.stringify(frame)}\n`),
      nowMs,
    );
    for (const execution of executions) this.#onExecution(execution);
    return result;
  }

  answer(request: ExchangeRequest): ExchangeReply {
    const { epoch } = this.engine;
    switch (request.kind) {
      case 'Capabilities':
        return ok(this.#capabilities());
      case 'Place':
        return ok({ epoch, results: this.run((engine, now) => engine.place(request.orders, now)) });
      case 'Cancel': {
        const results = this.run((engine, now) => engine.cancel(request.cancels, now));
        return ok({ epoch, results });
      }
      case 'Query':
        return ok({ epoch, results: this.engine.query(request.orders) });
      case 'OpenOrders':
        return ok({ epoch, ...this.engine.openOrders(request.after, request.limit) });
      case 'Fills': {
        const fills = this.engine.fills(request.externalOrderId);
        if (fills === null) return refusal(404, 'unknown_order', request.externalOrderId);
        return ok({ epoch, executions: fills.map((fill) => this.#shown(fill)) });
      }
    }
  }

  /** Serves the readers of both feeds what a silent wire has kept from them. */
  pumpFeeds(): void {
    this.executions.pumpAll(this.#nowMs());
    this.prices.pumpAll(this.#nowMs());
  }

  /** Sends executions again that the readers have had; false when that is too many. */
  repeatExecutions(fromSeq: number): boolean {
    return this.executions.repeat(Math.max(0, fromSeq - 1), this.#nowMs());
  }

  heartbeat(): void {
    this.executions.heartbeat(this.#nowMs());
    this.prices.heartbeat(this.#nowMs());
  }

  cutFeeds(): void {
    this.executions.cutAll();
    this.prices.cutAll();
  }

  close(): void {
    this.cutFeeds();
    this.log.close();
  }

  #openFeeds(): Readonly<Record<'executions' | 'prices', Feed>> {
    const { epoch, executionSeq, priceSeq } = this.#engine;
    return {
      executions: new Feed({
        epoch,
        headSeq: executionSeq,
        framesKept: EXECUTIONS_KEPT,
        readOlder: (afterSeq) => this.#readExecutions(afterSeq),
        wire: this.#wires.executions,
      }),
      prices: new Feed({
        epoch,
        headSeq: priceSeq,
        framesKept: PRICES_KEPT,
        readOlder: () => [],
        wire: this.#wires.prices,
      }),
    };
  }

  #capabilities(): Capabilities {
    return { ...ENGINE_ABILITIES, epoch: this.engine.epoch, echo: this.#echo };
  }

  #shown(execution: Execution): Execution {
    return this.#echo ? execution : { ...execution, clientOrderId: null };
  }

  #lineOf(execution: Execution): string {
    return `${JSON.stringify(this.#shown(execution))}\n`;
  }

  /** Executions of this epoch that the feed no longer holds in memory. */
  #readExecutions(afterSeq: number): KeptFrame[] {
    const frames: KeptFrame[] = [];
    let offset = this.log.offsetAfter('executionSeq', afterSeq);
    while (frames.length === 0 && offset < this.log.size) {
      const { lines, nextOffset } = this.log.read(offset);
      for (const line of lines) {
        const { logSeq: _, ...record }: LogLine = JSON.parse(line);
        if (record.kind !== 'execution' || record.epoch !== this.engine.epoch) continue;
        if (record.seq > afterSeq) frames.push({ seq: record.seq, line: this.#lineOf(record) });
      }
      offset = nextOffset;
    }
    return frames;
  }
}

/** Never the one before, however soon a book is lost again. */
function epochAt(nowMs: number, before: string | undefined): string {
  const epoch = `e${nowMs.toString(36)}`;
  return epoch === before ? `e${(nowMs + 1).toString(36)}` : epoch;
}

export function refusal(status: number, code: string, detail: string): ExchangeReply {
  return { status, body: { code, detail } };
}

function ok(body: unknown): ExchangeReply {
  return { status: 200, body };
}

/** What a log says, read from the beginning: each epoch starts an engine of its own. */
class Restored {
  engine: Engine | null = null;
  sessionSinceMs: number | null = null;
  readonly #listings: readonly SymbolListing[];

  constructor(listings: readonly SymbolListing[]) {
    this.#listings = listings;
  }

  take(record: LogRecord): LogRecord {
    if (record.kind === 'epoch') {
      this.engine = new Engine({ epoch: record.epoch, listings: this.#listings });
      this.sessionSinceMs = null;
    }
    if (record.kind === 'session') this.sessionSinceMs = record.atMs;
    this.engine?.restore(record);
    return record;
  }
}
