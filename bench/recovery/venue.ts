// The exchange that fails and comes back: on one port and one log, whoever runs it. While it is
// away, its market can go on.
import { join } from 'node:path';
import { Exchange } from '../../src/exchange/simulator/exchange.ts';
import { syntheticListings } from '../../src/exchange/simulator/synthetic.ts';
import { openTape } from '../../src/exchange/simulator/tape.ts';
import { ExchangeProcess } from '../harness/exchange-process.ts';
import { freePort } from './free-port.ts';

export interface VenuePlace {
  readonly dataDir: string;
  readonly symbols: number;
  readonly signal: AbortSignal;
}

/** Below the limit of every buy that rests, and far above nothing. */
const DIP = 0.45;
const DIP_SHARES = 1_000_000;
const PRINTS_PER_SECOND = 100;

export class Venue {
  readonly #place: VenuePlace;
  readonly #port: number;
  #process: ExchangeProcess;

  private constructor(place: VenuePlace, port: number, process: ExchangeProcess) {
    this.#place = place;
    this.#port = port;
    this.#process = process;
  }

  static async start(place: VenuePlace): Promise<Venue> {
    const port = await freePort();
    return new Venue(place, port, await startProcess(place, port));
  }

  get url(): string {
    return this.#process.url;
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  async startAgain(): Promise<void> {
    this.#process = await startProcess(this.#place, this.#port);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  dip(symbol: string): number {
    return dipOf(this.#place, symbol);
  }
}

/**
 * While no process has the log: the price of one symbol falls and comes back, which fills every buy
 * that rests in it. Answers with the number of trades.
 */
export function dipOf(
  { dataDir, symbols }: Pick<VenuePlace, 'dataDir' | 'symbols'>,
  symbol: string,
): number {
  const tape = openTape(join('data', 'market'));
  const exchange = new Exchange({
    logFile: join(dataDir, 'exchange.ndjson'),
    listings: [...tape.listings, ...syntheticListings(symbols)],
    echo: false,
    loseBook: false,
    nowMs: Date.now,
  });
  let trades = 0;
  exchange.onExecution(({ execKind }) => {
    if (execKind === 'trade') trades++;
  });
  try {
    const listed = exchange.engine.priceSnapshot().symbols.find((one) => one.symbol === symbol);
    const last = listed?.lastPriceInCents ?? null;
    if (last === null) return 0;
    for (const price of [Math.max(1, Math.floor(last * DIP)), last]) {
      exchange.run((engine, nowMs) => engine.print(symbol, price, DIP_SHARES, nowMs));
    }
    return trades;
  } finally {
    exchange.close();
  }
}

function startProcess({ dataDir, symbols, signal }: VenuePlace, port: number) {
  const feed = { symbols, printsPerSecond: PRINTS_PER_SECOND, zipf: 1 };
  return ExchangeProcess.start(feed, { dataDir, signal, port });
}
