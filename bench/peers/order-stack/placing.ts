// POST /order: transaction A, the submit, transactions B and C, and the events. Orders that come
// together share a transaction and a request to the exchange.
import { bucketOf, OrderIds } from '../../../src/domain/ids.ts';
import { feeOn } from '../../../src/domain/money.ts';
import type { PlaceRequest } from '../../../src/exchange/port.ts';
import { FEES, LIMITS } from '../../../src/limits.ts';
import { Batcher } from './batcher.ts';
import type { ExchangeClient } from './exchange.ts';
import type { Market, Priced } from './market.ts';
import type { OrderBody } from './order-body.ts';
import { eventText, orderJson, type ShownOrder } from './order-json.ts';
import { type Answer, problem } from './problem.ts';
import type { Publisher } from './publisher.ts';
import type { StackTuning } from './settings.ts';
import type { AcknowledgeItem, Changed, Placed, PlaceItem, Statements } from './statements.ts';

/** What became of a submit. Without an external id it has failed; null: nobody knows. */
type Submitted = Pick<AcknowledgeItem, 'epoch' | 'externalId' | 'reason'> | null;

const FAILED = { epoch: '', externalId: null } as const;

export interface PlacingParts {
  readonly statements: Statements;
  readonly exchange: ExchangeClient;
  readonly market: Market;
  readonly publisher: Publisher;
  readonly tuning: StackTuning;
}

export class Placing {
  readonly #market: Market;
  readonly #publisher: Publisher;
  readonly #waitingMax: number;
  readonly #ids = new OrderIds();
  readonly #places: Batcher<PlaceItem, Placed>;
  readonly #submits: Batcher<PlaceRequest, { readonly submitted: Submitted }>;
  readonly #acknowledges: Batcher<AcknowledgeItem, Changed>;

  constructor({ statements, exchange, market, publisher, tuning }: PlacingParts) {
    this.#market = market;
    this.#publisher = publisher;
    this.#waitingMax = tuning.ordersWaitingMax;
    this.#places = new Batcher({
      sizeMax: tuning.placeBatchMax,
      inFlightMax: tuning.placesInFlight,
      run: (items) => statements.place(items),
    });
    this.#submits = new Batcher({
      sizeMax: tuning.submitBatchMax,
      inFlightMax: Math.max(1, Math.floor(tuning.exchangeConnections / tuning.workers)),
      run: (orders) => submit(exchange, orders),
    });
    this.#acknowledges = new Batcher({
      sizeMax: tuning.acknowledgeBatchMax,
      inFlightMax: tuning.acknowledgesInFlight,
      run: (items) => statements.acknowledge(items),
    });
  }

  /** `find` shows an order that was placed before under the same key. */
  async place(
    userId: string,
    idempotencyKey: string | null,
    body: OrderBody,
    find: (orderId: string) => Promise<Answer>,
  ): Promise<Answer> {
    if (this.#places.waiting >= this.#waitingMax) return problem('busy');
    const priced = this.#market.check(body);
    if (typeof priced === 'string') return problem(priced);
    const nowMs = Date.now();
    const id = this.#ids.next(bucketOf(userId), nowMs, Math.random);
    const item = placeItem(userId, id, idempotencyKey ?? id, body, priced, nowMs);
    const placed = await this.#places.add(item);
    if (placed.outcome === 'replayed') return find(placed.orderId);
    if (placed.outcome !== 'placed') return problem(placed.outcome);
    const order = shownOrder(id, body, nowMs);
    const { available, reserved } = placed;
    const cash = item.side === 'buy' ? { available, reserved } : NO_CASH;
    this.#tell(userId, placed.seq, 'order_created', order, cash);

    const { submitted } = await this.#submits.add(placeRequest(item));
    if (submitted === null) return placedAnswer(202, order, 'unknown');
    return this.#acknowledge(userId, order, submitted);
  }

  async #acknowledge(
    userId: string,
    order: ShownOrder,
    submitted: Exclude<Submitted, null>,
  ): Promise<Answer> {
    const at = Date.now();
    const changed = await this.#acknowledges.add({ userId, id: order.id, at, ...submitted });
    const { externalId, reason } = submitted;
    const kind = externalId === null ? 'order_failed' : 'order_accepted';
    const failCode = reason === 'not_sent' ? 'not_sent' : 'rejected_by_exchange';
    const after = {
      ...order,
      status: changed.status,
      updatedAtMs: at,
      failCode: externalId === null ? failCode : null,
      externalOrderId: externalId,
    };
    this.#tell(userId, changed.seq, kind, after, changed);
    if (externalId === null) return problem(failCode, { orderId: order.id, reason });
    return placedAnswer(201, after, 'accepted');
  }

  #tell(
    userId: string,
    seq: number | null,
    kind: string,
    order: ShownOrder,
    cash: { readonly available: number | null; readonly reserved: number | null },
  ): void {
    const about = { order: orderJson(order) };
    this.#publisher.publish(userId, eventText(seq ?? 0, kind, order.updatedAtMs, about, cash));
  }
}

/** The id is the first member. */
function placedAnswer(status: number, order: ShownOrder, outcome: string): Answer {
  return { status, body: JSON.stringify({ ...orderJson(order), outcome }) };
}

const NO_CASH = { available: null, reserved: null } as const;

async function submit(exchange: ExchangeClient, orders: readonly PlaceRequest[]) {
  const reply = await exchange.place(orders);
  return orders.map((_, index): { readonly submitted: Submitted } => {
    if (reply.outcome === 'unknown') return { submitted: null };
    if (reply.outcome !== 'answered') {
      return {
        submitted: { ...FAILED, reason: reply.outcome === 'refused' ? 'refused' : 'not_sent' },
      };
    }
    const result = reply.results[index];
    if (result?.outcome === 'accepted') {
      const { externalOrderId: externalId } = result;
      return { submitted: { epoch: reply.epoch, externalId, reason: null } };
    }
    if (result?.outcome === 'refused') return { submitted: { ...FAILED, reason: result.reason } };
    return { submitted: null };
  });
}

function placeItem(
  userId: string,
  id: string,
  key: string,
  { position, symbol, type, timeInForce, numShares, priceInCents }: OrderBody,
  { limitPriceInCents: limit, referencePriceInCents: reference }: Priced,
  at: number,
): PlaceItem {
  const cost = numShares * limit;
  return {
    userId,
    id,
    key,
    symbol,
    side: position,
    type,
    tif: type === 'market' ? 'ioc' : timeInForce,
    price: priceInCents,
    limit,
    reference,
    shares: numShares,
    reserve: position === 'buy' ? cost + feeOn(cost, FEES) : numShares,
    at,
    notAfter: at + LIMITS.notAfterMs,
  };
}

function placeRequest(item: PlaceItem): PlaceRequest {
  return {
    clientOrderId: item.id,
    symbol: item.symbol,
    side: item.side,
    timeInForce: item.tif as PlaceRequest['timeInForce'],
    priceInCents: item.limit,
    numShares: item.shares,
    notAfterMs: item.notAfter,
    sandboxFault: null,
  };
}

function shownOrder(id: string, body: OrderBody, atMs: number): ShownOrder {
  return {
    ...body,
    id,
    status: 'pending',
    createdAtMs: atMs,
    updatedAtMs: atMs,
    cumQty: 0,
    cumNotionalInCents: 0,
    feeInCents: 0,
    failCode: null,
    externalOrderId: null,
  };
}
