// Every order the exchange has ever seen, by clientOrderId and by its own number. Closed ones
// shrink to a row of numbers, so that a duplicate is recognised for ever.

import assert from 'node:assert/strict';
import type { Side } from '../../domain/order.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { VenueOrder } from '../port.ts';
import { Column } from './column.ts';
import { externalOrderIdOf, type LiveOrder, ordinalOf } from './live-order.ts';

export type ClosedStatus = Exclude<VenueOrder['status'], 'open'>;

const STATUSES: readonly VenueOrder['status'][] = [
  'open',
  'filled',
  'cancelled',
  'expired',
  'rejected',
];
const SIDES: readonly Side[] = ['buy', 'sell'];

export type NewOrder = Omit<LiveOrder, 'ordinal' | 'cumQty'>;

export class OrderRegister {
  readonly #ordinals = new Map<string, number>();
  readonly #clientOrderIds: string[] = [];
  readonly #open = new ChurnMap<number, LiveOrder>();
  readonly #texts = new Texts();
  readonly #symbols = new Column();
  readonly #sides = new Column();
  readonly #shares = new Column();
  readonly #prices = new Column();
  readonly #statuses = new Column();
  readonly #cumQtys = new Column();
  readonly #reasons = new Column();

  has(clientOrderId: string): boolean {
    return this.#ordinals.has(clientOrderId);
  }

  add(order: NewOrder): LiveOrder {
    const ordinal = this.#clientOrderIds.push(order.clientOrderId);
    this.#ordinals.set(order.clientOrderId, ordinal);
    const { clientOrderId, symbol, side, timeInForce, priceInCents, numShares } = order;
    const terms = { clientOrderId, symbol, side, timeInForce, priceInCents, numShares };
    const live = { ordinal, ...terms, cumQty: 0 };
    this.#open.set(ordinal, live);
    return live;
  }

  close(order: LiveOrder, status: ClosedStatus, reason: string | null): void {
    const { ordinal } = order;
    assert(this.#open.delete(ordinal), `order ${order.clientOrderId} was closed twice`);
    this.#symbols.set(ordinal, this.#texts.indexOf(order.symbol));
    this.#sides.set(ordinal, SIDES.indexOf(order.side));
    this.#shares.set(ordinal, order.numShares);
    this.#prices.set(ordinal, order.priceInCents);
    this.#statuses.set(ordinal, STATUSES.indexOf(status));
    this.#cumQtys.set(ordinal, order.cumQty);
    this.#reasons.set(ordinal, reason === null ? 0 : 1 + this.#texts.indexOf(reason));
  }

  /** A closed order counts otherwise now: less than all is not filled, whatever it was before. */
  recount(ordinal: number, cumQty: number, reason: string): void {
    this.#cumQtys.set(ordinal, cumQty);
    const isFilled = cumQty >= this.#shares.get(ordinal);
    const wasFilled = STATUSES[this.#statuses.get(ordinal)] === 'filled';
    if (isFilled === wasFilled) return;
    this.#statuses.set(ordinal, STATUSES.indexOf(isFilled ? 'filled' : 'cancelled'));
    this.#reasons.set(ordinal, isFilled ? 0 : 1 + this.#texts.indexOf(reason));
  }

  /**
   * By the ids that are given; null unless all of them are one order's. A book that was lost has
   * left external ids behind which are other orders' here (E41).
   */
  find(clientOrderId: string | null, externalOrderId: string | null): number | null {
    const byClient = clientOrderId === null ? null : (this.#ordinals.get(clientOrderId) ?? null);
    if (externalOrderId === null) return byClient;
    const byExternal = ordinalOf(externalOrderId);
    if (byExternal === null || this.#clientOrderIds[byExternal - 1] === undefined) return null;
    return clientOrderId === null || byClient === byExternal ? byExternal : null;
  }

  live(ordinal: number): LiveOrder | null {
    return this.#open.get(ordinal) ?? null;
  }

  /** Oldest first. */
  open(): IterableIterator<LiveOrder> {
    return this.#open.values();
  }

  describe(ordinal: number): VenueOrder {
    const live = this.#open.get(ordinal);
    return live === undefined ? this.#describeClosed(ordinal) : describeLive(live);
  }

  #describeClosed(ordinal: number): VenueOrder {
    const clientOrderId = this.#clientOrderIds[ordinal - 1];
    assert(clientOrderId !== undefined, `no order has the number ${ordinal}`);
    const reason = this.#reasons.get(ordinal);
    return {
      externalOrderId: externalOrderIdOf(ordinal),
      clientOrderId,
      symbol: this.#texts.at(this.#symbols.get(ordinal)),
      side: SIDES[this.#sides.get(ordinal)] ?? 'buy',
      numShares: this.#shares.get(ordinal),
      priceInCents: this.#prices.get(ordinal),
      status: STATUSES[this.#statuses.get(ordinal)] ?? 'open',
      cumQty: this.#cumQtys.get(ordinal),
      reason: reason === 0 ? null : this.#texts.at(reason - 1),
    };
  }
}

/** Few texts, many uses: each is kept once and named by its index. */
class Texts {
  readonly #texts: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  at(index: number): string {
    return this.#texts[index] ?? '';
  }
}

function describeLive(order: LiveOrder): VenueOrder {
  return {
    externalOrderId: externalOrderIdOf(order.ordinal),
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    numShares: order.numShares,
    priceInCents: order.priceInCents,
    status: 'open',
    cumQty: order.cumQty,
    reason: null,
  };
}
