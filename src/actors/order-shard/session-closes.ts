// Takes the value of every user's portfolio when a session closes: what is booked then, at the last
// prints of the session. A close that was not heard in time is made up for, and marked late.
import type { ClosingPrice } from '../../domain/portfolio.ts';
import type { SessionState } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { SessionEnd } from '../../store/portfolio-store.ts';
import type { SessionRow } from '../../store/session-rows.ts';
import type { LastPrint, SymbolTerms } from '../context.ts';
import type { LinkState, SessionClose } from '../exchange-connection/protocol.ts';
import type { Desk } from './desk.ts';
import type { ShardContext, ValuesDue } from './messages.ts';

export class SessionCloses {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** A session whose users were not all taken before a restart. */
  resume(ctx: ShardContext): void {
    this.#goOn(ctx);
  }

  linkChanged({ session, lastClose }: LinkState, ctx: ShardContext): void {
    const open = this.#portfolios.openSession;
    if (open !== null && lastClose?.sessionId === open.sessionId) this.#heard(open, lastClose, ctx);
    if (session !== null) this.#sessionIs(session, ctx);
  }

  /** The next users; the others' turn comes after what else waits for the shard. */
  due(ctx: ShardContext): void {
    this.#portfolios.takeNext(LIMITS.portfoliosPerTurn);
    this.#goOn(ctx);
  }

  get #portfolios() {
    return this.#desk.store.portfolios;
  }

  #goOn(ctx: ShardContext): void {
    if (this.#portfolios.isTaking) ctx.tell<ValuesDue>(ctx.self, { kind: 'ValuesDue' });
  }

  /** With trades of the next session in the books it is no value of this close any more. */
  #heard(open: SessionRow, close: SessionClose, ctx: ShardContext): void {
    const { closedAtMs } = close;
    const isOld = ctx.nowMs() - closedAtMs > LIMITS.closeHeardMs;
    if (isOld || this.#portfolios.lastTradedAtMs > closedAtMs) return this.#closeLate(open, ctx);
    const prices = this.#portfolios.symbols().flatMap((symbol) => {
      const terms = ctx.referencePrice(symbol);
      return terms === null ? [] : (closingPrice(symbol, terms, close) ?? []);
    });
    this.#close(open, { closedAtMs, late: false }, prices, ctx);
  }

  #sessionIs({ sessionId, tradingDate, state }: SessionState, ctx: ShardContext): void {
    const open = this.#portfolios.openSession;
    const isSame = open?.sessionId === sessionId;
    if (open !== null && !(isSame && state === 'open')) this.#closeLate(open, ctx);
    if (isSame || this.#portfolios.hasSession(sessionId)) return;
    const opened = this.#portfolios.open(sessionId, tradingDate);
    if (state === 'closed') this.#closeLate(opened, ctx);
  }

  /**
   * Nobody has told when it closed: it is valued as of the newest that is known of the exchange, by
   * its own clock.
   */
  #closeLate(session: SessionRow, ctx: ShardContext): void {
    ctx.count('portfolios_late');
    const prices = this.#lastPrints(ctx);
    const knownMs = prices.reduce(
      (newest, { lastTradedAtMs }) => Math.max(newest, lastTradedAtMs),
      this.#portfolios.lastTradedAtMs,
    );
    const closedAtMs = Number.isFinite(knownMs) ? knownMs : ctx.nowMs();
    this.#close(session, { closedAtMs, late: true }, prices, ctx);
  }

  #lastPrints(ctx: ShardContext): ClosingPrice[] {
    return this.#portfolios.symbols().flatMap((symbol) => {
      const price = ctx.referencePrice(symbol)?.price ?? null;
      return price === null ? [] : printOf(symbol, price);
    });
  }

  #close(
    session: SessionRow,
    end: Omit<SessionEnd, 'lastEventNo'>,
    prices: readonly ClosingPrice[],
    ctx: ShardContext,
  ): void {
    const { events, portfolios } = this.#desk.store;
    const wasTaking = portfolios.isTaking;
    portfolios.close(session, { ...end, lastEventNo: events.lastNo }, prices);
    if (!wasTaking) this.#goOn(ctx);
  }
}

/**
 * The next session may have printed already: then the table names the close before it, which was
 * printed at the close's time at the latest. Null for a symbol that had not been printed by then.
 */
function closingPrice(
  symbol: string,
  { price, session }: SymbolTerms,
  close: SessionClose,
): ClosingPrice | null {
  if (price !== null && price.seq < close.seq) return printOf(symbol, price);
  const { previousCloseInCents } = session;
  if (previousCloseInCents === null) return null;
  return { symbol, priceInCents: previousCloseInCents, lastTradedAtMs: close.closedAtMs };
}

function printOf(symbol: string, { priceInCents, lastTradedAtMs }: LastPrint): ClosingPrice {
  return { symbol, priceInCents, lastTradedAtMs };
}
