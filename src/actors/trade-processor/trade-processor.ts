// Knows whose order an execution belongs to. An acceptance is on disk before the shard hears of it
// (commit B), and an execution is forgotten by the feed only when its shard has booked it, or it is
// parked or quarantined here.
import { isOrderId } from '../../domain/ids.ts';
import type { Execution } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { Address, DurableActor, LifeEvent } from '../../runtime/actor.ts';
import { ExternalIdsStore, type FeedMark, HOUSE } from '../../store/external-ids-store.ts';
import { type ShardMap, shardAddress, shardOf } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { IncidentFound } from '../order-shard/protocol.ts';
import {
  type Fact,
  type FactAnswered,
  FactCourier,
  type RetryDue,
  type Settled,
} from './fact-courier.ts';
import { executionsOf, factOf, isOfTrade, lookUp, ownerOf } from './facts.ts';
import { FeedProgress } from './feed-progress.ts';
import { OffFeed } from './off-feed.ts';
import type {
  Acceptance,
  GetFeedPosition,
  GetParked,
  ListParked,
  RecordAcceptances,
  TakeExecutions,
  TradeProcessorCommand,
} from './protocol.ts';

interface ShardLife {
  readonly kind: 'ShardLife';
  readonly event: LifeEvent;
}

export type Message = TradeProcessorCommand | FactAnswered | RetryDue | ShardLife;
type Ctx = BrokerContext<Message>;

export interface TradeProcessorOptions {
  /** Where external-ids.db is. */
  readonly path: string;
  readonly shards: ShardMap;
}

export class TradeProcessor implements DurableActor<Message, Ctx> {
  readonly #store: ExternalIdsStore;
  readonly #courier: FactCourier;
  readonly #progress: FeedProgress;
  readonly #shards: ShardMap;
  readonly #offFeed: OffFeed;
  #saved: FeedMark | null;
  /** Whether this turn has written: then the watermark travels with its commit for nothing. */
  #wrote = false;
  #quarantined: number;
  /** Who waits for room. The last who asks: an earlier one has given up. */
  #waiting: TakeExecutions['replyTo'] | null = null;

  constructor({ path, shards }: TradeProcessorOptions, ctx: Ctx) {
    this.#store = new ExternalIdsStore({ path, ...LIMITS });
    this.#shards = shards;
    this.#courier = new FactCourier(shards);
    this.#offFeed = new OffFeed(this.#store, this.#courier);
    this.#saved = this.#store.position();
    this.#progress = new FeedProgress(this.#saved);
    this.#quarantined = this.#store.parkedCounts().quarantined;
    for (const address of addressesOf(shards)) {
      ctx.watch(address, (event) => ({ kind: 'ShardLife', event }));
    }
    for (const routed of this.#store.routedOrders()) {
      this.#courier.send(factOf(routed), ctx);
    }
  }

  receive(message: Message, ctx: Ctx): void {
    switch (message.kind) {
      case 'RecordAcceptances':
        return this.#onRecordAcceptances(message, ctx);
      case 'TakeExecutions':
        return this.#onTakeExecutions(message, ctx);
      case 'RouteFills':
      case 'MarkStrays':
        this.#wrote = this.#offFeed.receive(message, ctx) || this.#wrote;
        return;
      case 'ListParked':
        return this.#onListParked(message, ctx);
      case 'FactAnswered':
        return this.#onFactAnswered(message, ctx);
      case 'RetryDue':
        return this.#courier.retryDue(ctx);
      case 'ShardLife':
        return this.#onShardLife(message, ctx);
      case 'GetFeedPosition':
        return this.#onGetFeedPosition(message, ctx);
      case 'GetParked':
        return this.#onGetParked(message, ctx);
    }
  }

  begin(): void {
    this.#wrote = false;
    this.#store.transaction.begin();
  }

  flush(): void {
    this.#store.transaction.flush();
  }

  commit(): void {
    // A watermark alone is not worth an fsync: what is replayed above it is harmless.
    if (this.#wrote || this.#lag() >= LIMITS.watermarkLagMax) this.#saveWatermark();
    this.#store.transaction.commit();
  }

  rollback(): void {
    this.#store.transaction.rollback();
  }

  maintain(idle: boolean): void {
    if (idle && this.#lag() > 0) this.#saveWatermark();
    this.#store.transaction.maintain(idle);
  }

  close(): void {
    this.#store.close();
  }

  #onRecordAcceptances({ epoch, acceptances, replyTo }: RecordAcceptances, ctx: Ctx): void {
    for (const acceptance of acceptances) this.#accept(epoch, acceptance, null, ctx);
    ctx.reply(replyTo, { outcome: 'recorded' });
  }

  #onTakeExecutions({ epoch, executions, replyTo }: TakeExecutions, ctx: Ctx): void {
    if (epoch !== this.#progress.epoch) this.#beginEpoch(epoch, ctx);
    for (const execution of executions) {
      const place = this.#progress.take(execution.seq);
      if (place === 'seen') ctx.count('executions_replayed');
      if (place === 'new') this.#route(execution, ctx);
      if (place !== 'hole') continue;
      // From before a restart of ours. Without an answer the feed is opened again where we stand.
      ctx.count('executions_beyond_a_hole');
      return ctx.log('warn', 'executions beyond a hole were not taken', { epoch });
    }
    this.#waiting = replyTo;
    this.#letRead(ctx);
  }

  #onFactAnswered(message: FactAnswered, ctx: Ctx): void {
    const settled = this.#courier.answered(message, ctx);
    if (settled === null) return;
    if (settled.outcome === 'disowned') this.#disown(settled.facts, ctx);
    else this.#settle(settled, ctx);
    this.#letRead(ctx);
  }

  #settle(settled: Exclude<Settled, { outcome: 'disowned' }>, ctx: Ctx): void {
    const { outcome, fact } = settled;
    for (const execution of executionsOf(fact)) {
      if (outcome === 'failed') this.#quarantine(execution, ownerOf(fact), settled.error, ctx);
      else if (this.#isStored(fact, execution)) this.#forget(execution);
      this.#progress.settle(execution.epoch, execution.seq);
    }
    if (outcome === 'failed') this.#reportPoison(fact, settled.error, ctx);
  }

  #disown(facts: readonly Fact[], ctx: Ctx): void {
    this.#offFeed.disown(facts, ctx);
    this.#wrote = true;
    for (const { epoch, seq } of facts.flatMap(executionsOf)) this.#progress.settle(epoch, seq);
  }

  /** Everyone else goes on; whose it is may only close until an operator has looked (E42). */
  #reportPoison(fact: Fact, error: string, ctx: Ctx): void {
    const orderId = ownerOf(fact);
    ctx.count('facts_quarantined');
    ctx.log('error', 'a fact was not booked', { orderId, fact: fact.kind, error });
    if (fact.kind === 'BookStray') return;
    ctx.tell<IncidentFound>(shardOf(orderId, this.#shards), {
      kind: 'IncidentFound',
      orderId,
      incident: 'execution_quarantined',
      detail: { fact: fact.kind, error },
    });
  }

  #onShardLife({ event }: ShardLife, ctx: Ctx): void {
    if (event.state === 'up') this.#courier.shardUp(event.address, ctx);
  }

  #onGetFeedPosition({ replyTo }: GetFeedPosition, ctx: Ctx): void {
    ctx.reply(replyTo, { outcome: 'feed_position', position: this.#progress.watermark() });
  }

  #onListParked({ olderThanMs, max, replyTo }: ListParked, ctx: Ctx): void {
    const orders = this.#store.parkedBefore(ctx.nowMs() - olderThanMs, max);
    ctx.reply(replyTo, { outcome: 'parked_orders', orders });
  }

  #onGetParked({ replyTo }: GetParked, ctx: Ctx): void {
    const inFlight = this.#courier.size;
    ctx.reply(replyTo, { outcome: 'parked', ...this.#store.parkedCounts(), inFlight });
  }

  #accept(epoch: string, acceptance: Acceptance, carried: Execution | null, ctx: Ctx): void {
    const { orderId, externalOrderId } = acceptance;
    const result = this.#store.map(epoch, externalOrderId, orderId);
    if (result === 'conflict') return this.#conflict(epoch, acceptance, ctx);
    const executions = this.#store.route(epoch, externalOrderId, orderId);
    this.#wrote ||= result === 'mapped' || executions.length > 0;
    if (carried !== null && carried.execKind !== 'accepted') {
      this.#progress.wait(carried.seq);
      executions.push(carried);
    }
    if (executions.length === 0 && this.#courier.isAcknowledging(orderId)) return;
    this.#courier.send({ kind: 'OrderAcknowledged', epoch, ...acceptance, executions }, ctx);
  }

  #route(execution: Execution, ctx: Ctx): void {
    const { epoch, externalOrderId, clientOrderId } = execution;
    const orderId = lookUp(this.#store, execution, ctx);
    if (orderId !== null) return this.#report(orderId, execution, ctx);
    if (clientOrderId !== null && isOrderId(clientOrderId)) {
      const acceptance = { orderId: clientOrderId, externalOrderId };
      return this.#accept(epoch, acceptance, execution, ctx);
    }
    // Says nothing that the answer to the submit does not.
    if (execution.execKind === 'accepted') return;
    this.#store.park(execution, ctx.nowMs());
    this.#wrote = true;
    ctx.count('executions_parked');
  }

  #report(orderId: string, execution: Execution, ctx: Ctx): void {
    const { epoch, externalOrderId, clientOrderId } = execution;
    if (orderId === HOUSE) return this.#reportStray(execution, ctx);
    if (clientOrderId !== null && clientOrderId !== orderId) {
      this.#conflict(epoch, { orderId: clientOrderId, externalOrderId }, ctx);
    }
    // Who wrote the mapping has sent the acknowledgement.
    if (execution.execKind === 'accepted') return;
    if (this.#quarantined > 0 && this.#store.isQuarantined(execution)) return;
    this.#progress.wait(execution.seq);
    this.#courier.send({ kind: 'ExecutionReported', orderId, execution }, ctx);
  }

  #reportStray(execution: Execution, ctx: Ctx): void {
    if (!isOfTrade(execution) || this.#store.isQuarantined(execution)) return;
    const { epoch, externalOrderId } = execution;
    this.#progress.wait(execution.seq);
    this.#courier.send({ kind: 'BookStray', epoch, externalOrderId, executions: [execution] }, ctx);
  }

  #conflict(epoch: string, { orderId, externalOrderId }: Acceptance, ctx: Ctx): void {
    const known = this.#store.orderIdOf(epoch, externalOrderId);
    ctx.count('mapping_conflicts');
    ctx.log('error', 'incident: an external id was claimed by a second order', {
      epoch,
      externalOrderId,
      known,
      claimedBy: orderId,
    });
  }

  /** The old epoch cannot be replayed, so what its shards have not booked yet is kept here. */
  #beginEpoch(epoch: string, ctx: Ctx): void {
    const left = this.#progress.head();
    if (left !== null) {
      this.#store.leaveEpoch(left);
      this.#wrote = true;
    }
    for (const fact of this.#courier.unsettled()) {
      for (const execution of executionsOf(fact)) {
        this.#store.keepRouted(execution, ownerOf(fact), ctx.nowMs());
        this.#wrote = true;
      }
    }
    this.#progress.begin(epoch);
  }

  #isStored(fact: Fact, { epoch }: Execution): boolean {
    return fact.kind !== 'ExecutionReported' || epoch !== this.#progress.epoch;
  }

  #forget(execution: Execution): void {
    this.#store.forgetRouted(execution);
    this.#wrote = true;
  }

  #quarantine(execution: Execution, orderId: string, error: string, ctx: Ctx): void {
    this.#store.quarantine(execution, orderId, error, ctx.nowMs());
    this.#quarantined++;
    this.#wrote = true;
  }

  /** One more full read must fit among those that no shard has acknowledged. */
  #letRead(ctx: Ctx): void {
    if (this.#waiting === null) return;
    if (this.#courier.size + LIMITS.feedFramesPerReadMax > LIMITS.executionsInFlightMax) return;
    ctx.reply(this.#waiting, { outcome: 'taken' });
    this.#waiting = null;
  }

  #lag(): number {
    const mark = this.#progress.watermark();
    if (mark === null) return 0;
    return mark.epoch === this.#saved?.epoch ? mark.seq - this.#saved.seq : LIMITS.watermarkLagMax;
  }

  #saveWatermark(): void {
    const mark = this.#progress.watermark();
    if (mark === null || this.#lag() === 0) return;
    this.#store.savePosition(mark);
    this.#saved = mark;
  }
}

function addressesOf(shards: ShardMap): Address[] {
  return [...new Set(shards)].map(shardAddress);
}
