// The exchange itself: commands in, records and frames out, the clock given. No I/O, no Date, no
// randomness: the same commands at the same times give the same output, so the simulation tests use
// it as it is.
import { LIMITS } from '../../limits.ts';
import type {
  CancelRequest,
  CancelResult,
  Execution,
  PlaceRefusal,
  PlaceRequest,
  PlaceResult,
  PriceSnapshot,
  QueryRequest,
  QueryResult,
  SessionState,
  VenueOrder,
} from '../port.ts';
import { type AmendmentResult, Amendments } from './amendments.ts';
import { CancelAnswers } from './cancel-answers.ts';
import { execIdOf } from './exec-id.ts';
import { FillRegister } from './fill-register.ts';
import type { Quote } from './liquidity.ts';
import { externalOrderIdOf, type LiveOrder, leavesOf, ordinalOf } from './live-order.ts';
import type { ExecutionLogged, LogRecord } from './log-record.ts';
import { describeMarket, Market, type SymbolListing } from './market.ts';
import { Matching } from './matching.ts';
import { type ClosedStatus, OrderRegister } from './order-register.ts';
import { type EngineOutput, Outbox, type Trade } from './outbox.ts';
import { newYorkDateOf } from './trading-date.ts';

export interface EngineOptions {
  /** Names this life of the book: a new one whenever the book is lost. */
  readonly epoch: string;
  readonly listings: readonly SymbolListing[];
}

export class Engine {
  readonly #markets = new Map<string, Market>();
  readonly #orders = new OrderRegister();
  readonly #fills = new FillRegister();
  readonly #cancelAnswers = new CancelAnswers();
  readonly #outbox: Outbox;
  readonly #matching: Matching;
  readonly #amendments: Amendments;
  /**
   * Oldest first: all refills take equally long. An entry whose quote was freshened meanwhile is
   * void.
   */
  readonly #refills: { readonly market: Market; readonly atMs: number }[] = [];
  #session: SessionState;

  constructor({ epoch, listings }: EngineOptions) {
    this.#outbox = new Outbox(epoch);
    const tradingDate = newYorkDateOf(0); // there has been no session yet
    this.#session = { sessionId: `${epoch}-s0`, state: 'closed', tradingDate };
    const kept = { orders: this.#orders, fills: this.#fills, outbox: this.#outbox };
    this.#matching = new Matching({ ...kept, onThinned: (market) => this.#noteRefill(market) });
    this.#amendments = new Amendments({ ...kept, unrest: (order) => this.#unrest(order) });
    for (const listing of listings) this.#marketOf(listing.symbol).listing = listing;
  }

  get epoch(): string {
    return this.#outbox.epoch;
  }

  get session(): SessionState {
    return this.#session;
  }

  get executionSeq(): number {
    return this.#outbox.executionSeq;
  }

  get priceSeq(): number {
    return this.#outbox.priceSeq;
  }

  /**
   * Everything said since the last call. Its records must be written before anything of it is
   * shown.
   */
  take(): EngineOutput {
    return this.#outbox.take();
  }

  place(requests: readonly PlaceRequest[], nowMs: number): PlaceResult[] {
    return requests.map((request) => this.#placeOne(request, nowMs));
  }

  cancel(requests: readonly CancelRequest[], nowMs: number): CancelResult[] {
    return requests.map((request) => this.#cancelOne(request, nowMs));
  }

  query(requests: readonly QueryRequest[]): QueryResult[] {
    return requests.map(({ clientOrderId, externalOrderId }) => {
      const ids = { clientOrderId, externalOrderId };
      const ordinal = this.#orders.find(clientOrderId, externalOrderId);
      if (ordinal === null) return { outcome: 'not_found', ...ids };
      return { outcome: 'found', ...ids, order: this.#orders.describe(ordinal) };
    });
  }

  /** Oldest first, those after the order `after`. */
  openOrders(after: string | null, limit: number): { orders: VenueOrder[]; hasMore: boolean } {
    const last = after === null ? 0 : (ordinalOf(after) ?? 0);
    const orders: VenueOrder[] = [];
    for (const { ordinal } of this.#orders.open()) {
      if (ordinal <= last) continue;
      if (orders.length === limit) return { orders, hasMore: true };
      orders.push(this.#orders.describe(ordinal));
    }
    return { orders, hasMore: false };
  }

  /** Takes a trade back. Refused for one that is unknown, or taken back already. */
  bust(execId: string, nowMs: number): AmendmentResult {
    return this.#amendments.bust(execId, nowMs);
  }

  /** Puts a trade's terms right; of several corrections the newest holds. */
  correct(execId: string, terms: Trade, nowMs: number): AmendmentResult {
    return this.#amendments.correct(execId, terms, nowMs);
  }

  /** Trades, busts and corrections. Null for an order that the exchange does not know. */
  fills(externalOrderId: string): Execution[] | null {
    const ordinal = this.#orders.find(null, externalOrderId);
    if (ordinal === null) return null;
    const { clientOrderId, symbol, side } = this.#orders.describe(ordinal);
    return this.#fills.of(ordinal).map(({ refSeq, ...fill }) => ({
      kind: 'execution',
      epoch: this.epoch,
      execId: execIdOf(fill.seq),
      clientOrderId,
      externalOrderId,
      symbol,
      side,
      execRef: refSeq === null ? null : execIdOf(refSeq),
      reason: null,
      ...fill,
    }));
  }

  priceSnapshot(): PriceSnapshot {
    const symbols = [];
    for (const market of this.#markets.values()) {
      if (market.listing !== null) symbols.push(describeMarket(market, market.listing));
    }
    const { epoch, session } = this;
    return { kind: 'snapshot', epoch, seq: this.#outbox.priceSeq, session, symbols };
  }

  /** A replay names its tape's day; any other market trades on the wall clock's. */
  openSession(sessionId: string, nowMs: number, tradingDate = newYorkDateOf(nowMs)): void {
    this.#session = { sessionId, state: 'open', tradingDate };
    this.#outbox.session(this.#session, nowMs);
    for (const market of this.#markets.values()) {
      market.beginSession();
      this.#freshen(market, nowMs);
    }
  }

  /** The end of the day: day orders expire before the close is published. */
  closeSession(nowMs: number): void {
    for (const order of [...this.#orders.open()]) {
      if (order.timeInForce !== 'day') continue;
      this.#unrest(order);
      this.#matching.end(order, 'expired', 'end_of_session', nowMs);
    }
    this.#session = { ...this.#session, state: 'closed' };
    this.#outbox.session(this.#session, nowMs);
  }

  /**
   * While a symbol is halted it takes no orders, and neither trades nor prints; cancels pass. False
   * for a symbol that is not listed.
   */
  halt(symbol: string, halted: boolean, nowMs: number): boolean {
    const market = this.#markets.get(symbol);
    if (market === undefined || market.listing === null) return false;
    market.halted = halted;
    this.#outbox.halt(symbol, halted, nowMs);
    this.#freshen(market, nowMs);
    return true;
  }

  /** A quote of the tape. From the first one on the symbol has no quotes made around its prints. */
  quote(symbol: string, quote: Quote, nowMs: number): void {
    const market = this.#marketOf(symbol);
    market.quoteIsMade = false;
    if (!market.halted) this.#matching.quote(market, quote, nowMs);
  }

  print(symbol: string, priceInCents: number, numShares: number, nowMs: number): void {
    const market = this.#marketOf(symbol);
    if (!market.halted) this.#matching.print(market, priceInCents, numShares, nowMs);
  }

  /** When `advance` next has something to do; null for never. */
  nextDueMs(): number | null {
    return this.#refills[0]?.atMs ?? null;
  }

  /** Lets the quotes' sizes come back that are due by now. */
  advance(nowMs: number): void {
    let due = 0;
    for (const { atMs } of this.#refills) {
      if (atMs > nowMs) break;
      due++;
    }
    for (const { market, atMs } of this.#refills.splice(0, due)) {
      if (market.liquidity.refillAtMs === atMs) this.#freshen(market, nowMs);
    }
  }

  /** Takes back one record of its own log. What it says is not said again. */
  restore(record: LogRecord): void {
    this.#outbox.resumeAfter(record);
    switch (record.kind) {
      case 'order': {
        const order = this.#orders.add(record);
        if (record.sandboxFault !== 'partial') this.#rest(order);
        return;
      }
      case 'refusal':
        this.#orders.close(this.#orders.add(record), 'rejected', record.reason);
        return;
      case 'execution':
        this.#restoreExecution(record);
        return;
      case 'cancel':
        this.#cancelAnswers.remember(record.result);
        return;
      case 'session':
        this.#session = { tradingDate: newYorkDateOf(record.atMs), ...record.session };
        return;
      case 'halt':
        this.#marketOf(record.symbol).halted = record.halted;
        return;
    }
  }

  #placeOne(request: PlaceRequest, nowMs: number): PlaceResult {
    const { clientOrderId } = request;
    if (this.#orders.has(clientOrderId)) {
      return { outcome: 'duplicate_client_order_id', clientOrderId };
    }
    const isUnwanted = request.sandboxFault === 'reject';
    const reason = isUnwanted ? 'exchange_option' : this.#refusalOf(request, nowMs);
    const order = this.#orders.add(request);
    const externalOrderId = externalOrderIdOf(order.ordinal);
    if (reason !== null) {
      const record = { ...request, externalOrderId, reason, atMs: nowMs };
      this.#outbox.record({ kind: 'refusal', ...record });
      this.#orders.close(order, 'rejected', reason);
      return { outcome: 'refused', clientOrderId, reason };
    }
    const taken = { kind: 'order', externalOrderId, atMs: nowMs } as const;
    this.#outbox.record(Object.assign({}, request, taken));
    this.#outbox.accepted(order, nowMs);
    this.#enter(order, request.sandboxFault, nowMs);
    return { outcome: 'accepted', clientOrderId, externalOrderId };
  }

  #enter(order: LiveOrder, fault: string | null, nowMs: number): void {
    const market = this.#marketOf(order.symbol);
    if (fault === 'late-reject') this.#matching.end(order, 'rejected', 'exchange_option', nowMs);
    else if (fault === 'partial') this.#matching.enterHalf(order, market, nowMs);
    else this.#matching.enter(order, market, nowMs);
  }

  #refusalOf(request: PlaceRequest, nowMs: number): PlaceRefusal | null {
    const market = this.#markets.get(request.symbol);
    if (nowMs > request.notAfterMs) return 'too_late';
    if (market === undefined || market.listing === null) return 'unknown_symbol';
    if (this.#session.state === 'closed') return 'market_closed';
    if (market.halted) return 'symbol_halted';
    const { numShares, priceInCents } = request;
    if (!isWithin(numShares, LIMITS.numSharesMax)) return 'invalid_quantity';
    const isOnTick = priceInCents % market.listing.tickInCents === 0;
    return isWithin(priceInCents, LIMITS.priceInCentsMax) && isOnTick ? null : 'invalid_price';
  }

  #cancelOne(request: CancelRequest, nowMs: number): CancelResult {
    const earlier = this.#cancelAnswers.find(request.cancelId);
    if (earlier !== null) return earlier;
    const result = this.#answerCancel(request, nowMs);
    this.#cancelAnswers.remember(result);
    this.#outbox.record({ kind: 'cancel', ...request, result, atMs: nowMs });
    return result;
  }

  #answerCancel(request: CancelRequest, nowMs: number): CancelResult {
    const { cancelId, clientOrderId, externalOrderId } = request;
    const ordinal = this.#orders.find(clientOrderId, externalOrderId);
    if (ordinal === null) {
      return { outcome: 'refused', cancelId, reason: 'unknown_order', cumQty: null };
    }
    const { cumQty } = this.#orders.describe(ordinal);
    const order = this.#orders.live(ordinal);
    if (order === null) return { outcome: 'refused', cancelId, reason: 'too_late', cumQty };
    this.#unrest(order);
    this.#matching.end(order, 'cancelled', 'requested', nowMs);
    return { outcome: 'cancelled', cancelId, cumQty };
  }

  #noteRefill(market: Market): void {
    const atMs = market.liquidity.refillAtMs;
    if (atMs !== null) this.#refills.push({ market, atMs });
  }

  /** Lets a quote's size come back, unless nothing may trade now: then when it may again. */
  #freshen(market: Market, nowMs: number): void {
    const mayTrade = this.#session.state === 'open' && !market.halted;
    if (mayTrade && market.liquidity.refillAtMs !== null) this.#matching.refill(market, nowMs);
  }

  #unrest(order: LiveOrder): void {
    this.#marketOf(order.symbol).book.side(order.side).remove(order);
  }

  #rest(order: LiveOrder): void {
    this.#marketOf(order.symbol).book.side(order.side).add(order);
  }

  #restoreExecution(execution: ExecutionLogged): void {
    const { execKind } = execution;
    if (execKind === 'bust' || execKind === 'correct') return this.#amendments.restore(execution);
    const ordinal = this.#orders.find(null, execution.externalOrderId);
    const order = ordinal === null ? null : this.#orders.live(ordinal);
    if (order === null || execKind === 'accepted') return;
    order.cumQty = execution.cumQty;
    const { seq, cumQty, lastQty, lastPriceInCents, exchangeAtMs } = execution;
    if (lastQty !== null && lastPriceInCents !== null) {
      const terms = { lastQty, lastPriceInCents, refSeq: null, exchangeAtMs };
      this.#fills.add(order.ordinal, { execKind: 'trade', seq, cumQty, ...terms });
      this.#marketOf(order.symbol).restore(lastPriceInCents, exchangeAtMs);
    }
    if (execKind === 'trade' && leavesOf(order) > 0) return;
    this.#unrest(order);
    this.#orders.close(order, closedStatusOf(execution), execution.reason);
  }

  #marketOf(symbol: string): Market {
    const known = this.#markets.get(symbol);
    if (known !== undefined) return known;
    const market = new Market(symbol);
    this.#markets.set(symbol, market);
    return market;
  }
}

function isWithin(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}

function closedStatusOf({ execKind }: Execution): ClosedStatus {
  const isEnd = execKind === 'expired' || execKind === 'cancelled' || execKind === 'rejected';
  return isEnd ? execKind : 'filled';
}
