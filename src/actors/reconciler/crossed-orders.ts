// Open orders whose limit the last price has crossed without a fill for too long: the feed may have
// dropped a frame while its heartbeats go on (E19). A slow sweep over all of them, page by page.
import { LIMITS } from '../../limits.ts';
import { type Address, isAskFailure } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { ListOpenOrders, OpenOrder } from '../order-shard/protocol.ts';
import type { Message, SweepPageListed } from './messages.ts';

interface Crossed {
  readonly sinceMs: number;
  readonly updatedAtMs: number;
  readonly askedAtMs: number | null;
  /** The sweep that has seen it last. */
  readonly sweep: number;
}

type Ctx = BrokerContext<Message>;

export class CrossedOrders {
  readonly #shards: readonly Address[];
  readonly #crossed = new Map<string, Crossed>();
  #sweep = 1;
  #shard = 0;
  #after = 0;
  #isAsking = false;

  constructor(shards: readonly Address[]) {
    this.#shards = shards;
  }

  get size(): number {
    return this.#crossed.size;
  }

  askPage(ctx: Ctx): void {
    const address = this.#shards[this.#shard];
    if (this.#isAsking || address === undefined) return;
    this.#isAsking = true;
    ctx.ask<ListOpenOrders>(
      address,
      { kind: 'ListOpenOrders', after: this.#after, max: LIMITS.sweepPageMax },
      (answer) => ({ kind: 'SweepPageListed', answer }),
      LIMITS.readAskMs,
    );
  }

  /** The orders of the page about which the exchange is to be asked now. */
  pageListed({ answer }: SweepPageListed, ctx: Ctx): OpenOrder[] {
    this.#isAsking = false;
    if (isAskFailure(answer)) {
      this.#nextShard();
      return [];
    }
    const suspects = answer.orders.filter((order) => this.#isSuspect(order, ctx));
    if (answer.nextAfter === null) this.#nextShard();
    else this.#after = answer.nextAfter;
    return suspects;
  }

  #isSuspect(order: OpenOrder, ctx: Ctx): boolean {
    const { orderId, updatedAtMs } = order;
    const nowMs = ctx.nowMs();
    if (!isCrossed(order, ctx)) {
      this.#crossed.delete(orderId);
      return false;
    }
    const earlier = this.#crossed.get(orderId);
    if (earlier === undefined && this.#crossed.size >= LIMITS.crossedOrdersMax) return false;
    const known = earlier?.updatedAtMs === updatedAtMs ? earlier : null;
    const sinceMs = known?.sinceMs ?? nowMs;
    const askedAtMs = known?.askedAtMs ?? null;
    const isLong = nowMs - sinceMs > LIMITS.crossedAfterMs;
    const mayAsk = askedAtMs === null || nowMs - askedAtMs >= LIMITS.crossedAskEveryMs;
    const isSuspect = isLong && mayAsk;
    this.#crossed.set(orderId, {
      sinceMs,
      updatedAtMs,
      askedAtMs: isSuspect ? nowMs : askedAtMs,
      sweep: this.#sweep,
    });
    return isSuspect;
  }

  #nextShard(): void {
    this.#after = 0;
    this.#shard = (this.#shard + 1) % this.#shards.length;
    if (this.#shard !== 0) return;
    for (const [orderId, { sweep }] of this.#crossed) {
      if (sweep < this.#sweep) this.#crossed.delete(orderId); // open no more
    }
    this.#sweep++;
  }
}

/** One that the exchange has not acknowledged is asked about anyway. */
function isCrossed(order: OpenOrder, ctx: Ctx): boolean {
  const { externalOrderId, symbol, side, limitPriceInCents } = order;
  const terms = ctx.referencePrice(symbol);
  if (externalOrderId === null || terms === null || terms.halted || terms.price === null) {
    return false;
  }
  const last = terms.price.priceInCents;
  return side === 'buy' ? last < limitPriceInCents : last > limitPriceInCents;
}
