// An engine with one open session, orders for it, and what came of them in short words.
import type { Execution, PlaceRequest, QueryRequest, Tick } from '../../../src/exchange/port.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import type { EngineOutput } from '../../../src/exchange/simulator/outbox.ts';

export const NOW = 1_700_000_000_000;

/** IBM, quoted 100.00 x 101.00 with 200 shares on each side, unless told otherwise. */
export function anEngine({ quoted = true } = {}): Engine {
  const listings = ['IBM', 'BAC'].map((symbol) => ({ symbol, company: symbol, tickInCents: 1 }));
  const engine = new Engine({ epoch: 'e1', listings });
  engine.openSession('e1-s1', NOW);
  if (quoted) engine.quote('IBM', aQuote(), NOW);
  engine.take();
  return engine;
}

export function aQuote({ bid = 10_000, ask = 10_100, bidShares = 200, askShares = 200 } = {}) {
  return { bidInCents: bid, bidShares, askInCents: ask, askShares };
}

export function anOrder(clientOrderId: string, order: Partial<PlaceRequest> = {}): PlaceRequest {
  return {
    clientOrderId,
    symbol: 'IBM',
    side: 'buy',
    timeInForce: 'day',
    priceInCents: 10_050,
    numShares: 100,
    notAfterMs: NOW + 60_000,
    sandboxFault: null,
    ...order,
  };
}

export function byClientOrderId(clientOrderId: string): QueryRequest {
  return { clientOrderId, externalOrderId: null };
}

/** `a trade 100@10050 cum 100`, one line per execution. */
export function executionsIn({ records }: EngineOutput): string[] {
  return records.filter((record) => record.kind === 'execution').map(wordsOf);
}

/** `10050x100`, one word per tick. */
export function ticksIn({ prices }: EngineOutput): string[] {
  const ticks = prices.filter((frame): frame is Tick => frame.kind === 'tick');
  return ticks.map((tick) => `${tick.priceInCents}x${tick.numShares}`);
}

function wordsOf(execution: Execution): string {
  const { clientOrderId, execKind, execRef, lastQty, lastPriceInCents, reason, cumQty } = execution;
  const terms = lastQty === null ? null : `${lastQty}@${lastPriceInCents}`;
  const words = [clientOrderId, execKind, execRef, terms, reason, 'cum', cumQty];
  return words.filter((word) => word !== null).join(' ');
}
