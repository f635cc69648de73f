// A real order shard on a real file, run by hand: orders are placed, acknowledged and filled in
// turns of a given size. What the exchange and the gateway would do costs next to nothing here.
import type { LinkState } from '../../src/actors/exchange-connection/protocol.ts';
import type { OrderShardMessage } from '../../src/actors/order-shard/messages.ts';
import { OrderShard } from '../../src/actors/order-shard/order-shard.ts';
import { BUCKETS } from '../../src/domain/ids.ts';
import { USD } from '../../src/domain/ledger.ts';
import { ACTIVE } from '../../src/domain/trading-states.ts';
import { ENGINE_ABILITIES } from '../../src/exchange/simulator/abilities.ts';
import { LIMITS } from '../../src/limits.ts';
import { AnchorLog } from '../../src/store/anchor-log.ts';
import { pathsOf } from '../../src/store/data-directory.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { unhurriedOptions } from '../harness/shard-options.ts';
import { LeanContext } from './lean-context.ts';
import { type PlannedOrder, PRICES, plannedOrder, USER_IDS } from './market.ts';
import { type Mode, openerFor } from './synced-store.ts';

const EPOCH = 'e1';
const CASH_IN_CENTS = 100_000_000_000;
const SHARES = 10_000_000;
const ANSWER = { to: 'bench/0', correlationId: 1 } as const;

export interface ShardCounts {
  /** Turns that wrote something. */
  readonly commits: number;
  readonly checkpoints: number;
  readonly orders: number;
  readonly fills: number;
}

export class HandRunShard {
  readonly #ctx = new LeanContext(PRICES);
  readonly #actor: OrderShard;
  readonly #checkpoints = { count: 0 };
  #commits = 0;
  #orders = 0;
  #fills = 0;

  constructor(dataDir: string, mode: Mode) {
    const paths = pathsOf(dataDir);
    const open = openerFor(mode, this.#checkpoints);
    const store = new ShardStore(paths.shard(0), LIMITS, open);
    const anchors = new AnchorLog(paths.anchors, '00');
    this.#actor = new OrderShard({ ...OPTIONS, store, anchors }, this.#ctx);
    const states = { version: 1, broker: ACTIVE, symbols: [] };
    this.#turn([
      { kind: 'ApplyTradingStates', states, replyTo: ANSWER },
      { kind: 'LinkChanged', link: LINKED },
      ...USER_IDS.map(grantTo),
    ]);
  }

  counts(): ShardCounts {
    return {
      commits: this.#commits,
      checkpoints: this.#checkpoints.count,
      orders: this.#orders,
      fills: this.#fills,
    };
  }

  /** Null when every order was taken; what else was answered otherwise. */
  get refusals(): string | null {
    const { replies } = this.#ctx;
    const refused = [...replies].filter(([outcome]) => !EXPECTED.has(outcome));
    if (refused.length === 0) return null;
    return refused.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  }

  /** So many orders, in three turns: each step of an order is durable before the next begins. */
  trade(ordersPerTurn: number): void {
    const planned = Array.from({ length: ordersPerTurn }, (_, at) => {
      return plannedOrder(this.#orders + at);
    });
    this.#turn(planned.map((order, at) => placeOf(order, this.#orders + at)));
    this.#orders += ordersPerTurn;
    const { submits } = this.#ctx;
    this.#ctx.submits = [];
    this.#turn(submits.flatMap(({ orderId, answered }) => [answered(), acknowledged(orderId)]));
    const fills = planned.flatMap((order, at) => {
      const orderId = submits[at]?.orderId;
      return order.isFilled && orderId !== undefined ? [this.#fillOf(order, orderId)] : [];
    });
    if (fills.length > 0) this.#turn(fills);
  }

  close(): void {
    this.#actor.close();
  }

  #turn(messages: readonly OrderShardMessage[]): void {
    this.#ctx.beginTurn();
    this.#actor.begin();
    for (const message of messages) this.#actor.receive(message, this.#ctx);
    this.#actor.commit();
    this.#commits++;
    this.#actor.maintain(false);
  }

  #fillOf(order: PlannedOrder, orderId: string): OrderShardMessage {
    this.#fills++;
    const { symbol, side, numShares, priceInCents } = order;
    return {
      kind: 'ExecutionReported',
      orderId,
      execution: {
        kind: 'execution',
        epoch: EPOCH,
        seq: this.#fills,
        execKind: 'trade',
        execId: `x${this.#fills}`,
        clientOrderId: null,
        externalOrderId: `ext-${orderId}`,
        symbol,
        side,
        cumQty: numShares,
        lastQty: numShares,
        lastPriceInCents: priceInCents,
        execRef: null,
        reason: null,
        exchangeAtMs: this.#ctx.nowMs(),
      },
      replyTo: ANSWER,
    };
  }
}

const EXPECTED: ReadonlySet<string> = new Set(['applied', 'deposited', 'order', 'booked']);

function grantTo(userId: string): OrderShardMessage {
  const assets = [[USD, CASH_IN_CENTS, 0] as const, ...[...PRICES].map(sharesOf)];
  const deposits = assets.map(([asset, amount, costInCents]) => {
    return { depositId: `grant/${asset}`, asset, amount, costInCents };
  });
  return { kind: 'DepositAssets', userId, deposits, replyTo: ANSWER };
}

function sharesOf([symbol, price]: readonly [string, number]) {
  return [symbol, SHARES, SHARES * price] as const;
}

function placeOf(order: PlannedOrder, index: number): OrderShardMessage {
  const { userId, symbol, side, priceInCents, numShares } = order;
  return {
    kind: 'PlaceOrder',
    userId,
    idempotencyKey: `bench-${String(index).padStart(12, '0')}`,
    symbol,
    side,
    orderType: 'limit',
    timeInForce: 'day',
    priceInCents,
    numShares,
    waitMs: 2_000,
    sandboxFault: null,
    replyTo: { to: 'bench/0', correlationId: index },
  };
}

function acknowledged(orderId: string): OrderShardMessage {
  const ids = { orderId, epoch: EPOCH, externalOrderId: `ext-${orderId}` };
  return { kind: 'OrderAcknowledged', ...ids, executions: [], replyTo: ANSWER };
}

const LINKED: LinkState = {
  linked: true,
  ordersReachable: true,
  tradeFeedLive: true,
  priceFeedLive: true,
  capabilities: { ...ENGINE_ABILITIES, epoch: EPOCH, echo: false },
  session: { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' },
  lastClose: null,
};

const OPTIONS = unhurriedOptions(new Array<number>(BUCKETS).fill(0));
