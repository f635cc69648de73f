// What a plan and the orders themselves ask for, decided for one request before the exchange sees
// it.
import { sandboxFaultOf } from '../../../domain/sandbox-fault.ts';
import type { PlaceRequest } from '../../port.ts';
import type { ExchangeRequest } from '../requests.ts';
import {
  LATE_MS,
  type OrderFault,
  type RequestFault,
  type RequestFaultName,
  TRADE_LEAD_MS,
} from './fault-plan.ts';
import type { Trigger } from './trigger.ts';

/** What happens to one request. */
export interface Treatment {
  /** As the exchange sees it, with the faults of its orders. */
  readonly request: ExchangeRequest;
  /** On its way to the exchange. */
  readonly slowMs: number;
  readonly isSeen: boolean;
  readonly reply: 'whole' | '5xx' | 'nothing' | 'reset';
  readonly lateMs: number;
  /** Held until so long after a trade of these orders; empty: not held. */
  readonly heldForTradeOf: readonly string[];
  readonly tradeLeadMs: number;
}

type Triggered<F> = { readonly fault: F; readonly trigger: Trigger };
type Struck = Pick<RequestFault, 'fault' | 'delayMs' | 'reset'>;

/** A customer's wish in the words of a plan. */
const WISHES: Readonly<Record<string, RequestFaultName>> = {
  timeout: 'drop-reply',
  lost: 'drop-request',
  'late-ack': 'late-reply',
  '5xx-before': '5xx-before',
  '5xx-after-accept': '5xx-after-accept',
  'trade-before-ack': 'trade-before-ack',
};

export class RequestFaults {
  readonly #requests: readonly Triggered<RequestFault>[];
  readonly #orders: readonly Triggered<OrderFault>[];

  constructor(
    requests: readonly Triggered<RequestFault>[],
    orders: readonly Triggered<OrderFault>[],
  ) {
    this.#requests = requests;
    this.#orders = orders;
  }

  treat(asked: ExchangeRequest, nowMs: number): Treatment {
    const request = this.#withOrderFaults(asked, nowMs);
    const planned: Struck[] = [];
    for (const { fault, trigger } of this.#requests) {
      if (isOn(fault, request) && trigger.strikes(sizeOf(request), nowMs)) planned.push(fault);
    }
    const orders = request.kind === 'Place' ? request.orders : [];
    const struck = [...planned, ...orders.flatMap(wishOf)];
    const has = (name: RequestFaultName) => struck.some(({ fault }) => fault === name);
    const longest = (name: RequestFaultName) =>
      Math.max(0, ...struck.filter(({ fault }) => fault === name).map(({ delayMs }) => delayMs));
    return {
      request,
      slowMs: longest('slow'),
      isSeen: !has('drop-request') && !has('5xx-before'),
      reply: replyOf(struck),
      lateMs: longest('late-reply'),
      heldForTradeOf: has('trade-before-ack') ? orders.map((order) => order.clientOrderId) : [],
      tradeLeadMs: longest('trade-before-ack'),
    };
  }

  /** The engine does these itself, as it does a customer's wish, so that its log tells of them. */
  #withOrderFaults(request: ExchangeRequest, nowMs: number): ExchangeRequest {
    if (request.kind !== 'Place' || this.#orders.length === 0) return request;
    const orders = request.orders.map((order): PlaceRequest => {
      const struck = this.#orders.filter(({ trigger }) => trigger.strikes(1, nowMs));
      return { ...order, sandboxFault: order.sandboxFault ?? struck[0]?.fault.fault ?? null };
    });
    return { ...request, orders };
  }
}

function isOn({ on }: RequestFault, { kind }: ExchangeRequest): boolean {
  if (on === 'any') return true;
  if (on === 'place') return kind === 'Place';
  if (on === 'cancel') return kind === 'Cancel';
  return kind === 'Query' || kind === 'OpenOrders' || kind === 'Fills';
}

function sizeOf(request: ExchangeRequest): number {
  if (request.kind === 'Place' || request.kind === 'Query') return request.orders.length;
  return request.kind === 'Cancel' ? request.cancels.length : 1;
}

function wishOf({ sandboxFault }: PlaceRequest): Struck[] {
  const fault = WISHES[sandboxFaultOf(sandboxFault ?? '') ?? ''];
  if (fault === undefined) return [];
  const delayMs = fault === 'trade-before-ack' ? TRADE_LEAD_MS : LATE_MS;
  return [{ fault, delayMs, reset: false }];
}

function replyOf(struck: readonly Struck[]): Treatment['reply'] {
  const drop = struck.find(({ fault }) => fault === 'drop-request' || fault === 'drop-reply');
  if (drop !== undefined) return drop.reset ? 'reset' : 'nothing';
  const isError = struck.some(
    ({ fault }) => fault === '5xx-before' || fault === '5xx-after-accept',
  );
  return isError ? '5xx' : 'whole';
}
