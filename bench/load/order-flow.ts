// What customers ask for, one request after another: which user, which symbol, what kind. Seeded,
// so that every server under test gets the same flow.
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { Zipf } from '../../src/exchange/simulator/zipf.ts';
import type { PricedSymbol } from '../harness/api.ts';

/** Shares of all requests; they add up to 1. */
export interface FlowMix {
  /** Far from the market: it rests until it is cancelled. */
  readonly resting: number;
  /** Limit orders that trade at once. */
  readonly marketable: number;
  readonly market: number;
  /** Of an order that rests. */
  readonly cancel: number;
}

export interface FlowSettings {
  readonly mix: FlowMix;
  readonly users: number;
  readonly userZipf: number;
  readonly symbols: readonly PricedSymbol[];
  readonly symbolZipf: number;
  readonly seed: number;
}

export type FlowRequest =
  | {
      readonly kind: 'place';
      readonly user: number;
      readonly rests: boolean;
      readonly body: string;
    }
  | { readonly kind: 'cancel'; readonly user: number; readonly orderId: string };

interface Resting {
  readonly user: number;
  readonly orderId: string;
}

const SHARES_MAX = 9;
/** Inside the collar of ten per cent, and beyond what a price moves in a run. */
const MARKETABLE_PER_CENT = 5;
/** So far that none is reached in a run, in steps of one per cent. */
const FAR_PER_CENT_MIN = 41;
const FAR_STEPS = 9;

export class OrderFlow {
  readonly #settings: FlowSettings;
  readonly #random: () => number;
  readonly #users: Zipf;
  readonly #symbols: Zipf;
  readonly #resting: Resting[] = [];

  constructor(settings: FlowSettings) {
    this.#settings = settings;
    this.#random = seededRandom(settings.seed);
    this.#users = new Zipf(settings.users, settings.userZipf);
    this.#symbols = new Zipf(settings.symbols.length, settings.symbolZipf);
  }

  get resting(): number {
    return this.#resting.length;
  }

  next(): FlowRequest {
    const { mix } = this.#settings;
    const chance = this.#random();
    if (chance < mix.cancel) {
      const resting = this.#takeResting();
      if (resting !== null) {
        return { kind: 'cancel', user: resting.user, orderId: resting.orderId };
      }
    }
    return this.#place(chance - mix.cancel);
  }

  /** The server has taken one that rests. */
  rests(user: number, orderId: string): void {
    this.#resting.push({ user, orderId });
  }

  #place(chance: number): FlowRequest {
    const { mix, symbols } = this.#settings;
    const user = this.#users.pick(this.#random());
    const symbolNo = this.#symbols.pick(this.#random());
    const symbol = symbols[symbolNo] as PricedSymbol;
    // A customer only buys a symbol, or only sells it: who does both at once is refused (E37).
    const isBuy = (user + symbolNo) % 2 === 0;
    const numShares = 1 + Math.floor(this.#random() * SHARES_MAX);
    const position = isBuy ? 'buy' : 'sell';
    if (chance >= 0 && chance < mix.market) {
      return {
        kind: 'place',
        user,
        rests: false,
        body: JSON.stringify({ position, symbol: symbol.name, numShares, type: 'market' }),
      };
    }
    const rests = chance < 0 || chance >= mix.market + mix.marketable;
    const far = FAR_PER_CENT_MIN + Math.floor(this.#random() * FAR_STEPS);
    const perCent = rests ? -far : MARKETABLE_PER_CENT;
    const factor = isBuy ? 100 + perCent : 100 - perCent;
    const priceInCents = Math.max(1, Math.round((symbol.priceInCents * factor) / 100));
    const timeInForce = rests ? undefined : 'ioc'; // or what finds nobody would rest
    const terms = { type: 'limit', priceInCents, timeInForce };
    const body = JSON.stringify(Object.assign({ position, symbol: symbol.name, numShares }, terms));
    return { kind: 'place', user, rests, body };
  }

  /** Any of them: the last takes its place. */
  #takeResting(): Resting | null {
    const resting = this.#resting;
    const last = resting.pop();
    if (last === undefined) return null;
    const at = Math.floor(this.#random() * (resting.length + 1));
    const taken = resting[at];
    if (taken === undefined) return last;
    resting[at] = last;
    return taken;
  }
}
