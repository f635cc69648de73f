// An exchange behind faults, on a clock of the test's, with a reader on each feed.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Execution, PlaceRequest } from '../../../../src/exchange/port.ts';
import { Exchange, type ExchangeReply } from '../../../../src/exchange/simulator/exchange.ts';
import { Faults } from '../../../../src/exchange/simulator/faults/faults.ts';
import { Line } from '../../../../src/exchange/simulator/faults/line.ts';
import { readPlan } from '../../../../src/exchange/simulator/faults/read-plan.ts';
import type { FeedReader } from '../../../../src/exchange/simulator/feed.ts';
import type { ExchangeRequest } from '../../../../src/exchange/simulator/requests.ts';
import { tempDirectory } from '../../../temp-directory.ts';
import { anOrder, aQuote } from '../an-engine.ts';
import { VirtualClock } from './virtual-clock.ts';

const LISTINGS = [{ symbol: 'IBM', company: 'IBM', tickInCents: 1 }];

export class FaultRig {
  readonly clock = new VirtualClock();
  readonly exchange: Exchange;
  readonly faults: Faults;
  readonly logFile: string;
  /** `shut`, `open` and `book lost`, as they came. */
  readonly happened: string[] = [];
  /** Lines of the execution feed as its reader got them; `cut` at its end. */
  readonly read: string[] = [];

  constructor(t: TestContext, seed = 1) {
    this.logFile = join(tempDirectory(t), 'exchange.ndjson');
    const line = new Line();
    const { nowMs, after } = this.clock;
    const terms = { logFile: this.logFile, listings: LISTINGS, echo: true, loseBook: false };
    this.exchange = new Exchange({ ...terms, nowMs, wires: line.wires });
    t.after(() => this.exchange.close());
    this.faults = new Faults({
      exchange: this.exchange,
      line,
      seed,
      nowMs,
      after,
      doors: {
        shut: () => this.happened.push('shut'),
        open: () => this.happened.push('open'),
      },
      onBookLost: () => {
        this.happened.push('book lost');
        this.openMarket();
      },
    });
    this.openMarket();
  }

  openMarket(): void {
    this.exchange.run((engine, nowMs) => {
      engine.openSession(`${engine.epoch}-s1`, nowMs);
      engine.quote('IBM', aQuote({ bidShares: 100_000, askShares: 100_000 }), nowMs);
    });
    this.follow();
  }

  follow(afterSeq = this.exchange.executions.headSeq): FeedReader {
    const sink = {
      write: (text: string) => {
        this.read.push(...text.split('\n').filter((line) => line !== ''));
        return true;
      },
      cut: () => this.read.push('cut'),
    };
    return this.exchange.executions.subscribe(sink, afterSeq, [], this.clock.nowMs());
  }

  plan(...faults: object[]): void {
    this.faults.follow(readPlan({ faults }));
  }

  ask(request: ExchangeRequest): (ExchangeReply | 'reset')[] {
    const replies: (ExchangeReply | 'reset')[] = [];
    this.faults.answer(request, (reply) => replies.push(reply));
    return replies;
  }

  /** An order that trades at once, unless told otherwise. */
  place(clientOrderId: string, order: Partial<PlaceRequest> = {}): (ExchangeReply | 'reset')[] {
    const notAfterMs = this.clock.nowMs() + 60_000;
    const terms = { priceInCents: 10_100, notAfterMs, ...order };
    return this.ask({ kind: 'Place', orders: [anOrder(clientOrderId, terms)] });
  }

  /** What the exchange itself holds of an order. */
  statusOf(clientOrderId: string): string {
    const asked = { clientOrderId, externalOrderId: null };
    const [answer] = this.exchange.engine.query([asked]);
    if (answer?.outcome !== 'found') return 'not_found';
    return `${answer.order.status} ${answer.order.cumQty}`;
  }

  /** The reader's lines in words: `3 trade`, `heartbeat 4`, `cut`. */
  words(): string[] {
    return this.read.map((line) => {
      if (line === 'cut') return line;
      const frame: Execution | { kind: 'heartbeat'; headSeq: number } = JSON.parse(line);
      return frame.kind === 'execution'
        ? `${frame.seq} ${frame.execKind}`
        : `heartbeat ${frame.headSeq}`;
    });
  }
}

/** The statuses of replies, or `reset`. */
export function statuses(replies: readonly (ExchangeReply | 'reset')[]): (number | 'reset')[] {
  return replies.map((reply) => (reply === 'reset' ? reply : reply.status));
}
