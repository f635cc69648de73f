// What was printed and is not in the file yet: one span per symbol and minute, oldest first.

import { joinSpans, type PriceSpan } from '../../domain/price-span.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { PricesPrinted } from './protocol.ts';

export interface PendingSpan {
  readonly symbol: string;
  readonly minuteStartMs: number;
  readonly span: PriceSpan;
}

export class PendingSpans {
  readonly #byKey = new ChurnMap<string, PendingSpan>();

  get size(): number {
    return this.#byKey.size;
  }

  add({ symbol, minuteStartMs, span }: PricesPrinted): void {
    const key = keyOf({ symbol, minuteStartMs });
    const earlier = this.#byKey.get(key);
    const joined = earlier === undefined ? span : joinSpans(earlier.span, span);
    this.#byKey.set(key, { symbol, minuteStartMs, span: joined });
  }

  oldest(max: number): PendingSpan[] {
    const oldest: PendingSpan[] = [];
    for (const pending of this.#byKey.values()) {
      if (oldest.length === max) break;
      oldest.push(pending);
    }
    return oldest;
  }

  remove(spans: readonly PendingSpan[]): void {
    for (const span of spans) this.#byKey.delete(keyOf(span));
  }

  clear(): void {
    this.#byKey.clear();
  }
}

function keyOf({ symbol, minuteStartMs }: Pick<PendingSpan, 'symbol' | 'minuteStartMs'>): string {
  return `${minuteStartMs} ${symbol}`;
}
