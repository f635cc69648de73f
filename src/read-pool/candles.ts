// A page of candles, each marked when something may be missing in it, and the outages themselves,
// which also tell of stretches without any candle. From one commit.
import type { ListCandles, ListCandlesReply } from '../actors/read-pool/protocol.ts';
import {
  type Candle,
  type CandleInterval,
  candleEnd,
  isStruck,
  type Outage,
} from '../domain/candle.ts';
import { averageInCents } from '../domain/money.ts';
import type { Asked } from '../runtime/actor.ts';
import type { CandleRow, PriceReader } from '../store/price-reader.ts';

export function candlesReply(question: Asked<ListCandles>, reader: PriceReader): ListCandlesReply {
  const { symbol, interval, fromMs, toMs, limit } = question;
  return reader.snapshot(() => {
    const rows = reader.page(question, limit + 1);
    const shown = rows.slice(0, limit);
    const hasMore = rows.length > limit;
    const lastEndMs = candleEnd(interval, shown.at(-1)?.startMs ?? fromMs);
    const outages = reader.outages(fromMs, Math.max(lastEndMs, toMs));
    const endMs = hasMore ? lastEndMs : toMs;
    return {
      outcome: 'candles',
      isKnown: rows.length > 0 || reader.knows(symbol),
      candles: candlesOf(shown, interval, outages),
      hasMore,
      gaps: outages.filter((outage) => isStruck(fromMs, endMs, outage)),
    };
  });
}

/** Rows and outages are in order of time: each outage is passed once. */
function candlesOf(
  rows: readonly CandleRow[],
  interval: CandleInterval,
  outages: readonly Outage[],
): Candle[] {
  let next = 0;
  return rows.map((row) => {
    const isOver = ({ untilMs }: Outage) => untilMs !== null && untilMs <= row.startMs;
    while (next < outages.length && isOver(outages[next] as Outage)) next++;
    const outage = outages[next];
    const isLive = row.notionalInCents !== null;
    const endMs = candleEnd(interval, row.startMs);
    const gap = isLive && outage !== undefined && isStruck(row.startMs, endMs, outage);
    return candleOf(row, gap);
  });
}

function candleOf({ notionalInCents, ...row }: CandleRow, gap: boolean): Candle {
  if (notionalInCents === null) return { ...row, vwapInCents: null, gap, source: 'history' };
  const vwapInCents = averageInCents(notionalInCents, row.volume);
  return { ...row, vwapInCents, gap, source: 'live' };
}
