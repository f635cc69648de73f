// What reaches the shards beside the feed: fills from the exchange's list of an order (E20), and
// what there was of orders that turned out to be nobody's (E22). All of it is on disk as routed
// rows until its shard has it, so that the watermark need not wait for it.
import type { Execution } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { Context } from '../../runtime/actor.ts';
import { type ExternalIdsStore, HOUSE } from '../../store/external-ids-store.ts';
import type { Fact, FactAnswered, FactCourier, RetryDue } from './fact-courier.ts';
import { executionsOf, factOf, isOfTrade, lookUp, ownerOf, venueIdOf } from './facts.ts';
import type { MarkStrays, RouteFills, VenueOrderId } from './protocol.ts';

type Ctx = Context<FactAnswered | RetryDue>;

export class OffFeed {
  readonly #store: ExternalIdsStore;
  readonly #courier: FactCourier;

  constructor(store: ExternalIdsStore, courier: FactCourier) {
    this.#store = store;
    this.#courier = courier;
  }

  /** Whether anything was written. */
  receive(message: RouteFills | MarkStrays, ctx: Ctx): boolean {
    return message.kind === 'RouteFills'
      ? this.#routeFills(message, ctx)
      : this.#markStrays(message, ctx);
  }

  /** Its id looked like one of ours, but no shard has it: the house takes over (E22). */
  disown(facts: readonly Fact[], ctx: Ctx): void {
    ctx.count('stray_orders');
    ctx.log('error', 'incident: trades under an order id of ours that no shard has', {
      orders: [...new Set(facts.map(ownerOf))],
    });
    for (const fact of facts) this.#giveToHouse(fact, ctx);
  }

  #giveToHouse(fact: Fact, ctx: Ctx): void {
    const { epoch, externalOrderId } = venueIdOf(fact);
    this.#store.giveToHouse(epoch, externalOrderId);
    const executions: Execution[] = [];
    for (const execution of executionsOf(fact)) {
      if (!isOfTrade(execution)) this.#store.forgetRouted(execution);
      else {
        this.#store.keepRouted(execution, HOUSE, ctx.nowMs());
        executions.push(execution);
      }
    }
    if (executions.length === 0) return;
    this.#courier.send({ kind: 'BookStray', epoch, externalOrderId, executions }, ctx);
  }

  /** One fact each, so that one that cannot be booked keeps none of the others from it. */
  #routeFills({ executions, replyTo }: RouteFills, ctx: Ctx): boolean {
    const room = LIMITS.executionsInFlightMax - this.#courier.size;
    if (this.#courier.size > 0 && executions.length > room) {
      ctx.reply(replyTo, { outcome: 'no_room' });
      return false;
    }
    let routed = 0;
    let unmapped = 0;
    for (const execution of executions) {
      const { epoch, externalOrderId } = execution;
      const orderId = lookUp(this.#store, execution, ctx);
      if (orderId === null) unmapped++;
      if (orderId === null || this.#store.isQuarantined(execution)) continue;
      this.#store.keepRouted(execution, orderId, ctx.nowMs());
      this.#courier.send(factOf({ orderId, epoch, externalOrderId, executions: [execution] }), ctx);
      routed++;
    }
    ctx.reply(replyTo, { outcome: 'routed', unmapped });
    return routed > 0;
  }

  #markStrays({ strays, replyTo }: MarkStrays, ctx: Ctx): boolean {
    const marked = strays.filter(({ epoch, externalOrderId }) => {
      return this.#store.map(epoch, externalOrderId, HOUSE) === 'mapped'; // else claimed meanwhile
    });
    for (const stray of marked) this.#bookParked(stray, ctx);
    ctx.reply(replyTo, { outcome: 'marked' });
    return marked.length > 0;
  }

  #bookParked({ epoch, externalOrderId }: VenueOrderId, ctx: Ctx): void {
    const routed = this.#store.route(epoch, externalOrderId, HOUSE);
    const executions = routed.filter(isOfTrade);
    for (const other of routed) if (!isOfTrade(other)) this.#store.forgetRouted(other);
    ctx.count('stray_orders');
    ctx.log('error', 'incident: trades of an order that nobody here has placed', {
      epoch,
      externalOrderId,
      executions: executions.length,
    });
    if (executions.length === 0) return;
    this.#courier.send({ kind: 'BookStray', epoch, externalOrderId, executions }, ctx);
  }
}
