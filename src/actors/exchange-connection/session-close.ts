// The end of a session as the price feed tells it, with the last prints that the next session's are
// about to replace: the two may come in one read, and only the newest print of each symbol is kept.
import type { ClosingPrice } from '../../domain/portfolio.ts';
import type { ReadFeedAnswer } from '../../exchange/effects.ts';
import type { Tick } from '../../exchange/port.ts';
import type { BrokerContext } from '../context.ts';
import type { FeedRead } from './feed-link.ts';
import type { SessionClose } from './protocol.ts';

type Frame = Extract<ReadFeedAnswer, { outcome: 'frames' }>['frames'][number];
type Prices = Pick<BrokerContext, 'referencePrice'>;

/** Null when no session closed in what was read. The table must not have its prints yet. */
export function closeIn({ answer }: Pick<FeedRead, 'answer'>, ctx: Prices): SessionClose | null {
  if (answer.outcome !== 'frames') return null;
  const { frames } = answer;
  const index = frames.findLastIndex(isClose);
  const close = frames[index];
  if (close?.kind !== 'session') return null;
  const before = new Map(ticksIn(frames.slice(0, index)).map((tick) => [tick.symbol, tick]));
  const after = new Set(ticksIn(frames.slice(index)).map(({ symbol }) => symbol));
  const replaced = [...after].flatMap((symbol) => lastPrint(symbol, before.get(symbol), ctx) ?? []);
  const { sessionId } = close.session;
  return { sessionId, closedAtMs: close.exchangeAtMs, seq: close.seq, replaced };
}

function isClose(frame: Frame): boolean {
  return frame.kind === 'session' && frame.session.state === 'closed';
}

function ticksIn(frames: readonly Frame[]): Tick[] {
  return frames.filter((frame) => frame.kind === 'tick');
}

function lastPrint(symbol: string, tick: Tick | undefined, ctx: Prices): ClosingPrice | null {
  if (tick !== undefined) {
    return { symbol, priceInCents: tick.priceInCents, lastTradedAtMs: tick.exchangeAtMs };
  }
  const price = ctx.referencePrice(symbol)?.price ?? null;
  if (price === null) return null;
  return { symbol, priceInCents: price.priceInCents, lastTradedAtMs: price.lastTradedAtMs };
}
