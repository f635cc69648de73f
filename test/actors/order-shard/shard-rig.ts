// One order shard on a real SQLite file, run by hand: the exchange answers when the test says so.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { EXCHANGE_CONNECTION } from '../../../src/actors/addresses.ts';
import type { TradingStatesApplied } from '../../../src/actors/directory/protocol.ts';
import type { LinkState } from '../../../src/actors/exchange-connection/protocol.ts';
import type { OrderShardMessage } from '../../../src/actors/order-shard/messages.ts';
import { OrderShard } from '../../../src/actors/order-shard/order-shard.ts';
import type {
  AccountReply,
  EventsReply,
  FactReply,
  OpenOrdersReply,
  OrderQueried,
  OrderReply,
  PlaceOrder,
  QueriedReply,
  UnresolvedOrder,
  UnresolvedReply,
  UserEvent,
  UserEvents,
} from '../../../src/actors/order-shard/protocol.ts';
import type { Holding } from '../../../src/domain/account.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Rejection } from '../../../src/domain/reject-codes.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import { ACTIVE, type TradingStates } from '../../../src/domain/trading-states.ts';
import type { Execution, VenueOrder } from '../../../src/exchange/port.ts';
import type { Address } from '../../../src/runtime/actor.ts';
import type { AnchorLog } from '../../../src/store/anchor-log.ts';
import { holdingsOf } from '../../../src/store/holdings.ts';
import { ShardReader } from '../../../src/store/shard-reader.ts';
import { ShardStore } from '../../../src/store/shard-store.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { ActorRig } from '../test-context.ts';
import { CAPABILITIES } from '../venue-messages.ts';

export const ALICE = 'usr_00alice';
export const BOB = 'usr_04bob';
export const FEES = { bps: 1, minInCents: 1, maxInCents: 10_000 };

export const LINKED: LinkState = {
  linked: true,
  ordersReachable: true,
  tradeFeedLive: true,
  priceFeedLive: true,
  capabilities: CAPABILITIES,
  session: { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' },
  lastClose: null,
};

export interface ShardRigOptions {
  readonly duplicateWindowMs?: number;
  readonly lateAck?: 'cancel' | 'keep';
  readonly anchors?: AnchorLog;
}

export class ShardRig {
  readonly path: string;
  readonly actor: ActorRig<OrderShardMessage>;
  #keys = 0;
  #seq = 0;
  readonly #live: UserEvent[] = [];

  constructor(
    t: Pick<TestContext, 'after'>,
    { duplicateWindowMs = 0, lateAck = 'cancel', anchors }: ShardRigOptions = {},
  ) {
    this.path = join(tempDirectory(t), 'shard-00.db');
    this.actor = new ActorRig<OrderShardMessage>('order-shard/00', (ctx) => {
      ctx.prices.set('IBM', {
        tickInCents: 1,
        halted: false,
        price: { priceInCents: 18_200, lastTradedAtMs: ctx.nowMs(), seq: 1 },
        session: NO_SESSION_PRICES,
      });
      return new OrderShard(
        {
          store: new ShardStore(this.path, {
            changesPerCheckpoint: 10_000,
            recentOpenOrders: 2,
            recentEndedOrders: 2,
            accountsKeptMax: 1,
            holdingsKeptMax: 1,
          }),
          fees: FEES,
          preTrade: {
            limits: {
              orderSharesMax: 10_000,
              orderValueMaxInCents: 500_000_000,
              ordersPerSecondMax: 1_000,
              duplicateWindowMs,
            },
            protectionBps: 300,
            collarBps: 1_000,
            recentIntents: 100,
          },
          placing: { notAfterMs: 5_000, absenceWindowMs: 30_000, submitAskMs: 10_000 },
          recallAskMs: 5_000,
          cancelling: { cancelAskMs: 5_000, backoffMinMs: 500, backoffMaxMs: 5_000 },
          bounds: { indexLagMs: 1_000, clockSkewMs: 1_000, settleWindowMs: 2_000 },
          shards: new Array<number>(256).fill(0),
          lateAck,
          anchors: anchors ?? null,
        },
        ctx,
      );
    });
    t.after(() => this.actor.close());
    this.decide();
    this.link(LINKED);
    this.actor.sent();
  }

  /** The directory tells what is in force; nothing, unless told otherwise. */
  decide(states: Partial<TradingStates> = {}): TradingStatesApplied | null {
    const replyTo = this.actor.replyTo<TradingStatesApplied>();
    const inForce = { version: 1, broker: ACTIVE, symbols: [], ...states };
    this.actor.receive({ kind: 'ApplyTradingStates', states: inForce, replyTo });
    return this.reply<TradingStatesApplied>(replyTo.correlationId);
  }

  link(link: LinkState): void {
    this.actor.receive({ kind: 'LinkChanged', link });
  }

  deposit(userId: string, asset: string, amount: number): void {
    const depositId = `test/${asset}/${this.#keys++}`;
    const deposits = [{ depositId, asset, amount, costInCents: 0 }];
    this.actor.receive({
      kind: 'DepositAssets',
      userId,
      deposits,
      replyTo: this.actor.replyTo(),
    });
    this.actor.sent();
  }

  /**
   * Sends a limit buy of 10 IBM unless told otherwise, and returns what it has been answered so
   * far.
   */
  place(changes: Partial<PlaceOrder> = {}): OrderReply | Rejection | null {
    const command: PlaceOrder = {
      kind: 'PlaceOrder',
      userId: ALICE,
      idempotencyKey: `key-${this.#keys++}`,
      symbol: 'IBM',
      side: 'buy',
      orderType: 'limit',
      timeInForce: 'day',
      priceInCents: 18_000,
      numShares: 10,
      waitMs: 2_000,
      sandboxFault: null,
      replyTo: this.actor.replyTo(),
      ...changes,
    };
    this.actor.receive(command);
    return this.reply(command.replyTo.correlationId);
  }

  /** The answer to that correlation id, if it has been given. */
  reply<Reply = OrderReply | Rejection>(correlationId: number): Reply | null {
    for (const sent of this.actor.ctx.sent) {
      if (sent.via === 'reply' && sent.correlationId === correlationId) return sent.reply as Reply;
    }
    return null;
  }

  /** An order that the exchange has acknowledged as `ext-<n>`. */
  submitted(changes: Partial<PlaceOrder> = {}): Order {
    this.place(changes);
    const order = this.lastOrder(changes.userId ?? ALICE);
    this.actor.answer('SubmitOrder', { outcome: 'handed_over' }, EXCHANGE_CONNECTION);
    this.acknowledge(order.id);
    return this.order(order.id, order.userId);
  }

  acknowledge(orderId: string, executions: Execution[] = []): FactReply | null {
    const replyTo = this.actor.replyTo<FactReply>();
    const externalOrderId = `ext-${orderId}`;
    this.actor.receive({
      kind: 'OrderAcknowledged',
      orderId,
      epoch: 'e1',
      externalOrderId,
      executions,
      replyTo,
    });
    return this.reply<FactReply>(replyTo.correlationId);
  }

  execute(execution: Execution & { orderId?: string }, orderId: string): FactReply | null {
    const replyTo = this.actor.replyTo<FactReply>();
    this.actor.receive({ kind: 'ExecutionReported', orderId, execution, replyTo });
    return this.reply<FactReply>(replyTo.correlationId);
  }

  /** The reconciler brings what the exchange said to its question; null: no such order. */
  query(orderId: string, venue: Partial<VenueOrder> | null, word: Partial<OrderQueried> = {}) {
    const replyTo = this.actor.replyTo<QueriedReply>();
    this.actor.receive({
      kind: 'OrderQueried',
      orderId,
      epoch: 'e1',
      venue: venue && { ...aVenueOrder(orderId), ...venue },
      askedAtMs: this.actor.ctx.nowMs(),
      nothingParked: true,
      replyTo,
      ...word,
    });
    return this.reply<QueriedReply>(replyTo.correlationId);
  }

  execution(orderId: string, changes: Partial<Execution>): Execution {
    this.#seq++;
    return {
      kind: 'execution',
      epoch: 'e1',
      seq: this.#seq,
      execKind: 'trade',
      execId: `x${this.#seq}`,
      clientOrderId: null,
      externalOrderId: `ext-${orderId}`,
      symbol: 'IBM',
      side: 'buy',
      cumQty: 0,
      lastQty: null,
      lastPriceInCents: null,
      execRef: null,
      reason: null,
      exchangeAtMs: this.actor.ctx.nowMs(),
      ...changes,
    };
  }

  trade(orderId: string, lastQty: number, lastPriceInCents: number, execId?: string): Execution {
    const changes = { lastQty, lastPriceInCents, ...(execId === undefined ? {} : { execId }) };
    return this.execution(orderId, changes);
  }

  order(orderId: string, userId = ALICE): Order {
    const replyTo = this.actor.replyTo<OrderReply | Rejection>();
    this.actor.receive({ kind: 'GetOrder', userId, orderId, replyTo });
    const reply = this.reply(replyTo.correlationId);
    assert(reply?.outcome === 'order', `order ${orderId} is not there`);
    return reply.order;
  }

  account(userId = ALICE): AccountReply['account'] {
    const replyTo = this.actor.replyTo<AccountReply>();
    this.actor.receive({ kind: 'GetAccount', userId, replyTo });
    const reply = this.reply<AccountReply>(replyTo.correlationId);
    assert(reply !== null);
    return reply.account;
  }

  /** Read off the file, without what is closed. */
  holdings(userId = ALICE): Holding[] {
    const reader = new ShardReader(this.path);
    const account = reader.account(userId);
    const balances = account === null ? [] : reader.balances(account.accountNo);
    reader.close();
    return holdingsOf(balances).filter(({ numShares }) => numShares !== 0);
  }

  events(userId = ALICE, afterSeq = 0): readonly UserEvent[] {
    const replyTo = this.actor.replyTo<EventsReply>();
    const query = { userId, afterSeq, max: 10_000, watcher: null, replyTo };
    this.actor.receive({ kind: 'ReadEvents', ...query });
    return this.reply<EventsReply>(replyTo.correlationId)?.events ?? [];
  }

  /** Registers a watcher at the head, which is returned. */
  watch(watcher: Address, userId = ALICE): number {
    const afterSeq = this.events(userId).length;
    const replyTo = this.actor.replyTo<EventsReply>();
    this.actor.receive({ kind: 'ReadEvents', userId, afterSeq, max: 256, watcher, replyTo });
    this.actor.sent();
    return afterSeq;
  }

  /** What watchers have been sent since they registered, oldest first; sent mail is used up. */
  live(): UserEvent[] {
    for (const sent of this.actor.sent()) {
      if (sent.via === 'offer') this.#live.push(...(sent.message as UserEvents).events);
    }
    return [...this.#live];
  }

  /** What the reconciler is told to ask about, however young. */
  unresolved(): readonly UnresolvedOrder[] {
    const replyTo = this.actor.replyTo<UnresolvedReply>();
    const olderThanMs = { outcome: 0, cancel: 0, too_late: 0, missing_fills: 0, busted: 0 };
    this.actor.receive({ kind: 'ListUnresolved', olderThanMs, max: 100, replyTo });
    return this.reply<UnresolvedReply>(replyTo.correlationId)?.orders ?? [];
  }

  openOrders(after: number, max: number): OpenOrdersReply {
    const replyTo = this.actor.replyTo<OpenOrdersReply>();
    this.actor.receive({ kind: 'ListOpenOrders', after, max, replyTo });
    const reply = this.reply<OpenOrdersReply>(replyTo.correlationId);
    assert(reply !== null);
    return reply;
  }

  /** What it has been answered so far. */
  cancel(orderId: string, userId = ALICE): OrderReply | Rejection | null {
    const replyTo = this.actor.replyTo<OrderReply | Rejection>();
    this.actor.receive({ kind: 'CancelOrder', userId, orderId, waitMs: 2_000, replyTo });
    return this.reply(replyTo.correlationId);
  }

  /** Built again from its file, linked, and told the trading states. */
  restart(): void {
    this.actor.restart();
    this.decide();
    this.link(LINKED);
  }

  incidents(): string[] {
    const db = new Database(this.path, { readonly: true });
    const sql = 'SELECT kind FROM incidents ORDER BY incident_no';
    const kinds = db.prepare<[], string>(sql).pluck().all();
    db.close();
    return kinds;
  }

  lastOrder(userId = ALICE): Order {
    const created = this.events(userId).findLast((event) => event.kind === 'order_created');
    assert(created?.topic === 'order', `${userId} has no order`);
    return this.order(created.order.id, userId);
  }
}

function aVenueOrder(orderId: string): VenueOrder {
  return {
    externalOrderId: `ext-${orderId}`,
    clientOrderId: orderId,
    symbol: 'IBM',
    side: 'buy',
    numShares: 10,
    priceInCents: 18_000,
    status: 'open',
    cumQty: 0,
    reason: null,
  };
}
