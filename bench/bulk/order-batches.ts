// Takes a batch of orders through the product's steps, each a turn of every shard: placed; taken by
// the exchange and mapped, then acknowledged and traded; and the batch before cancelled where its
// customers want that.
import { shardNumberOf } from '../../src/actors/addresses.ts';
import type { SubmitCancel, SubmitOrder } from '../../src/actors/exchange-connection/protocol.ts';
import type { OrderShardMessage } from '../../src/actors/order-shard/messages.ts';
import type {
  ExecutionReported,
  OrderAcknowledged,
} from '../../src/actors/order-shard/protocol.ts';
import type { PlaceRequest } from '../../src/exchange/port.ts';
import { IdempotencyKeys } from '../../src/gateway/order-headers.ts';
import type { Asked } from '../../src/runtime/actor.ts';
import type { ExternalIdsStore } from '../../src/store/external-ids-store.ts';
import type { BulkExchange } from './bulk-exchange.ts';
import type { BulkOrder } from './bulk-orders.ts';
import { type BulkShard, nobody } from './bulk-shard.ts';
import type { BulkClock, KeptAsk } from './shard-context.ts';

export interface BatchParts {
  readonly exchange: BulkExchange;
  readonly ids: ExternalIdsStore;
  readonly shards: readonly BulkShard[];
  readonly shardMap: readonly number[];
  readonly clock: BulkClock;
  readonly userIds: readonly string[];
}

type Fact = OrderAcknowledged | ExecutionReported;

interface Unwanted {
  readonly orderId: string;
  readonly userId: string;
}

export class OrderBatches {
  readonly #parts: BatchParts;
  readonly #keys: IdempotencyKeys;
  #unwanted: Unwanted[] = [];

  constructor(parts: BatchParts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#keys = new IdempotencyKeys({ nowMs: () => clock.nowMs, random: Math.random });
  }

  run(orders: readonly BulkOrder[]): void {
    const unwanted = this.#unwanted;
    this.#unwanted = [];
    this.#place(orders);
    this.#cancel(unwanted);
    const { ids, exchange } = this.#parts;
    ids.transaction.begin();
    ids.savePosition({ epoch: exchange.epoch, seq: exchange.executionSeq });
    ids.transaction.commit();
    ids.transaction.maintain(false);
  }

  #place(orders: readonly BulkOrder[]): void {
    const byShard = this.#sorted(orders, ({ customer }) => this.#userId(customer));
    const submits: Asked<SubmitOrder>[] = [];
    for (const [shard, own] of byShard.entries()) {
      const asks = this.#turn(
        shard,
        own.map((order) => this.#placeOrder(order)),
      );
      for (const [index, { message }] of asks.entries()) {
        const submit = message as unknown as Asked<SubmitOrder>;
        submits.push(submit);
        const { orderId, userId } = submit;
        if (own[index]?.bulkKind === 'cancelled') this.#unwanted.push({ orderId, userId });
      }
    }
    this.#tell([...this.#acknowledged(submits), ...this.#reported()]);
  }

  #placeOrder({ bulkKind: _, customer, ...order }: BulkOrder): OrderShardMessage {
    const userId = this.#userId(customer);
    const idempotencyKey = this.#keys.next();
    const rest = { waitMs: 2_000, sandboxFault: null, replyTo: nobody<never>() };
    return { kind: 'PlaceOrder', userId, idempotencyKey, ...order, ...rest };
  }

  /** The exchange takes them, the trade-processor maps them. */
  #acknowledged(submits: readonly Asked<SubmitOrder>[]): Fact[] {
    const { exchange, ids } = this.#parts;
    const { epoch } = exchange;
    const acknowledged: Fact[] = [];
    ids.transaction.begin();
    for (const result of exchange.place(submits.map(requestOf))) {
      if (result.outcome !== 'accepted') throw new Error(`refused: ${JSON.stringify(result)}`);
      const { clientOrderId: orderId, externalOrderId } = result;
      ids.map(epoch, externalOrderId, orderId);
      const about = { orderId, epoch, externalOrderId, executions: [] };
      acknowledged.push({ kind: 'OrderAcknowledged', ...about, replyTo: nobody() });
    }
    ids.transaction.commit();
    ids.transaction.maintain(false);
    return acknowledged;
  }

  /** What the feed says about them. */
  #reported(): Fact[] {
    return this.#parts.exchange.takeExecutions().map((execution) => {
      const orderId = execution.clientOrderId ?? '';
      return { kind: 'ExecutionReported', orderId, execution, replyTo: nobody() };
    });
  }

  #tell(facts: readonly Fact[]): void {
    for (const [shard, own] of this.#sorted(facts, orderIdOf).entries()) this.#turn(shard, own);
  }

  #cancel(unwanted: readonly Unwanted[]): void {
    const { exchange } = this.#parts;
    for (const [shard, own] of this.#sorted(unwanted, orderIdOf).entries()) {
      const asks = this.#turn(
        shard,
        own.map(({ orderId, userId }) => {
          return { kind: 'CancelOrder', orderId, userId, waitMs: 2_000, replyTo: nobody<never>() };
        }),
      );
      const results = exchange.cancel(asks.map(cancelOf));
      const answers = results.flatMap((result, index) => {
        const own = asks[index]?.toOwn({ outcome: 'answered', result });
        return own === undefined ? [] : [own];
      });
      this.#turn(shard, answers);
    }
    this.#tell(this.#reported());
  }

  #turn(shard: number, messages: readonly OrderShardMessage[]): KeptAsk[] {
    return this.#parts.shards[shard]?.turn(messages) ?? [];
  }

  #sorted<Of>(all: readonly Of[], idOf: (one: Of) => string): Of[][] {
    const { shards, shardMap } = this.#parts;
    const byShard: Of[][] = shards.map(() => []);
    for (const one of all) byShard[shardNumberOf(idOf(one), shardMap)]?.push(one);
    return byShard;
  }

  #userId(customer: number): string {
    return this.#parts.userIds[customer] ?? '';
  }
}

function orderIdOf({ orderId }: { readonly orderId: string }): string {
  return orderId;
}

function requestOf(submit: Asked<SubmitOrder>): PlaceRequest {
  const { orderId: clientOrderId, symbol, side, timeInForce, priceInCents } = submit;
  const { numShares, notAfterMs, sandboxFault } = submit;
  const terms = { symbol, side, timeInForce, priceInCents, numShares };
  return { clientOrderId, ...terms, notAfterMs, sandboxFault };
}

function cancelOf({ message }: KeptAsk) {
  const { cancelId, orderId, externalOrderId } = message as unknown as Asked<SubmitCancel>;
  return { cancelId, clientOrderId: orderId, externalOrderId };
}
