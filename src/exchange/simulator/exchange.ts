// A whole exchange: the engine, its log and its two feeds. Every command goes through `run`, which
// writes down what came of it before anybody hears of it.
import type { Capabilities, Execution } from '../port.ts';
import { ENGINE_ABILITIES } from './abilities.ts';
import { Engine } from './engine.ts';
import { Feed, type KeptFrame } from './feed.ts';
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
}

export interface ExchangeReply {
  readonly status: number;
  readonly body: unknown;
}

const EXECUTIONS_KEPT = 16_384;
const PRICES_KEPT = 65_536;

export class Exchange {
  readonly log: ExchangeLog;
  readonly engine: Engine;
  readonly executions: Feed;
  readonly prices: Feed;
  /**
   * When the engine's present session was opened or closed, for the replay; null for a new book.
   */
  readonly sessionSinceMs: number | null;
  readonly #echo: boolean;
  readonly #nowMs: () => number;

  constructor({ logFile, listings, echo, loseBook, nowMs }: ExchangeOptions) {
    this.#echo = echo;
    this.#nowMs = nowMs;
    const restored = new Restored(listings);
    this.log = new ExchangeLog(logFile, (record) => restored.take(record));
    if (restored.engine === null || loseBook) {
      const epoch = `e${nowMs().toString(36)}`;
      this.log.append([restored.take({ kind: 'epoch', epoch, atMs: nowMs() })]);
    }
    this.engine = restored.engine ?? new Engine({ epoch: '', listings });
    this.sessionSinceMs = restored.sessionSinceMs;
    const { epoch } = this.engine;
    this.executions = new Feed({
      epoch,
      headSeq: this.engine.executionSeq,
      framesKept: EXECUTIONS_KEPT,
      readOlder: (afterSeq) => this.#readExecutions(afterSeq),
    });
    this.prices = new Feed({
      epoch,
      headSeq: this.engine.priceSeq,
      framesKept: PRICES_KEPT,
      readOlder: () => [],
    });
  }

  /** Runs a command on the engine; returns only when all that came of it is in the log. */
  run<Result>(command: (engine: Engine, nowMs: number) => Result): Result {
    const nowMs = this.#nowMs();
    const result = command(this.engine, nowMs);
    const { records, prices } = this.engine.take();
    this.log.append(records);
    const executions = records.filter((record) => record.kind === 'execution');
    this.executions.publish(
      executions.map((execution) => this.#lineOf(execution)),
      nowMs,
    );
    this.prices.publish(
      prices.map((frame) => `${JSON.stringify(frame)}\n`),
      nowMs,
    );
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

  heartbeat(): void {
    this.executions.heartbeat(this.#nowMs());
    this.prices.heartbeat(this.#nowMs());
  }

  close(): void {
    this.executions.cutAll();
    this.prices.cutAll();
    this.log.close();
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
