// The customers' resting orders of one symbol, best price first and oldest first within a price.

import assert from 'node:assert/strict';
import type { Side } from '../../domain/order.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import { type LiveOrder, leavesOf } from './live-order.ts';

/**
 * One side. Finding the best order and taking any order out do not depend on how many there are.
 */
export class BookSide {
  readonly #sign: 1 | -1;
  /** Insertion order is time order, and a Map forgets a member without moving the others. */
  readonly #levels = new ChurnMap<number, ChurnMap<number, LiveOrder>>();
  /** Price x sign, rising: the best price stands last. */
  readonly #keys: number[] = [];

  constructor(side: Side) {
    this.#sign = side === 'buy' ? 1 : -1;
  }

  best(): LiveOrder | null {
    const key = this.#keys.at(-1);
    if (key === undefined) return null;
    const level = this.#levels.get(key);
    assert(level !== undefined, 'a price in the list has its level');
    return level.values().next().value ?? null;
  }

  add(order: LiveOrder): void {
    const key = order.priceInCents * this.#sign;
    const level = this.#levels.get(key);
    if (level !== undefined) {
      level.set(order.ordinal, order);
      return;
    }
    const first = new ChurnMap<number, LiveOrder>();
    first.set(order.ordinal, order);
    this.#levels.set(key, first);
    this.#keys.splice(this.#rankOf(key), 0, key);
  }

  remove(order: LiveOrder): void {
    const key = order.priceInCents * this.#sign;
    const level = this.#levels.get(key);
    if (level === undefined || !level.delete(order.ordinal) || level.size > 0) return;
    this.#levels.delete(key);
    this.#keys.splice(this.#rankOf(key), 1);
  }

  /** Shares on offer at `priceInCents` or better, counted up to `enough`. */
  sharesWithin(priceInCents: number, enough: number): number {
    const worst = priceInCents * this.#sign;
    let shares = 0;
    for (let i = this.#keys.length - 1; i >= 0 && shares < enough; i--) {
      const key = this.#keys[i];
      if (key === undefined || key < worst) break;
      for (const order of this.#levels.get(key)?.values() ?? []) shares += leavesOf(order);
    }
    return shares;
  }

  /** The first index whose key is not below `key`. */
  #rankOf(key: number): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Book {
  readonly #buys = new BookSide('buy');
  readonly #sells = new BookSide('sell');

  side(side: Side): BookSide {
    return side === 'buy' ? this.#buys : this.#sells;
  }
}
