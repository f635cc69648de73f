// Every fault that a sandbox customer can ask for with an order of their own, through the API of a
// demo broker: what docs/http-api.md says they see.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SANDBOX_FAULTS, type SandboxFault } from '../../src/domain/sandbox-fault.ts';
import type { Answer } from '../scenario/api.ts';
import { assertAudited } from '../scenario/audited.ts';
import { until } from '../scenario/outcry.ts';
import {
  assertNothingReserved,
  cashOf,
  kindsOf,
  limitOrder,
  type Product,
  sharesOf,
  startProduct,
} from '../scenario/product.ts';

const RESTS = limitOrder('buy', 10, 9_500);
/** At once, against the quote, for a fee of 11 cents. */
const TRADES = limitOrder('buy', 10, 10_001);

interface Case {
  readonly order: Record<string, unknown>;
  /** Seconds that the customer waits. */
  readonly wait: number;
  readonly status: number;
  /** Of the answer: its `code`, or its `outcome`. */
  readonly says: string;
  readonly ends: string;
  readonly cumQty: number;
  /** What the order has cost in the end. */
  readonly paidInCents: number;
  readonly kinds: readonly string[];
}

const NOTHING = { cumQty: 0, paidInCents: 0 };
const ALL = { cumQty: 10, paidInCents: 100_010 + 11 };
const TAKEN = ['order_created', 'order_submitted'];
const FILLED = [...TAKEN, 'order_traded'];

const CASES: Readonly<Record<SandboxFault, Case>> = {
  reject: {
    order: RESTS,
    wait: 10,
    status: 422,
    says: 'rejected_by_exchange',
    ends: 'failed',
    ...NOTHING,
    kinds: ['order_created', 'order_failed'],
  },
  'late-reject': {
    order: RESTS,
    wait: 0,
    status: 202,
    says: 'unknown',
    ends: 'failed',
    ...NOTHING,
    kinds: [...TAKEN, 'order_failed'],
  },
  timeout: {
    order: TRADES,
    wait: 20,
    status: 201,
    says: 'accepted',
    ends: 'filled',
    ...ALL,
    kinds: FILLED,
  },
  lost: {
    order: RESTS,
    wait: 0,
    status: 202,
    says: 'unknown',
    ends: 'failed',
    ...NOTHING,
    kinds: ['order_created', 'order_failed'],
  },
  'late-ack': {
    order: TRADES,
    wait: 20,
    status: 201,
    says: 'accepted',
    ends: 'filled',
    ...ALL,
    kinds: FILLED,
  },
  '5xx-before': {
    order: RESTS,
    wait: 0,
    status: 202,
    says: 'unknown',
    ends: 'failed',
    ...NOTHING,
    kinds: ['order_created', 'order_failed'],
  },
  '5xx-after-accept': {
    order: TRADES,
    wait: 0,
    status: 202,
    says: 'unknown',
    ends: 'filled',
    ...ALL,
    kinds: FILLED,
  },
  'trade-before-ack': {
    order: TRADES,
    wait: 20,
    status: 201,
    says: 'accepted',
    ends: 'filled',
    ...ALL,
    kinds: FILLED,
  },
  partial: {
    order: TRADES,
    wait: 10,
    status: 201,
    says: 'accepted',
    ends: 'partially_filled',
    cumQty: 5,
    paidInCents: 50_005 + 6,
    kinds: FILLED,
  },
  bust: {
    order: TRADES,
    wait: 10,
    status: 201,
    says: 'accepted',
    ends: 'cancelled',
    ...NOTHING,
    kinds: [...FILLED, 'trade_busted', 'order_cancelled'],
  },
  correct: {
    order: TRADES,
    wait: 10,
    status: 201,
    says: 'accepted',
    ends: 'filled',
    cumQty: 10,
    paidInCents: 100_000 + 10,
    kinds: [...FILLED, 'trade_corrected'],
  },
};

test('sandbox faults by their header, ended by the auditor', async (t) => {
  const product = await startProduct(t);
  const { outcry, exchange, alice } = product;
  for (const fault of SANDBOX_FAULTS) {
    await t.test(`a customer asks for ${fault}`, () => assertCase(product, fault, CASES[fault]));
  }

  await t.test('partial leaves nothing of an order that does not rest', async () => {
    const headers = { 'outcry-sandbox-fault': 'partial' };
    const ioc = await alice.place({ ...TRADES, timeInForce: 'ioc' }, headers);
    const killed = await alice.place({ ...TRADES, timeInForce: 'fok' }, headers);
    assert.equal((await alice.orderAt(ioc.body.id, 'cancelled')).cumQty, 5);
    assert.equal((await alice.orderAt(killed.body.id, 'cancelled')).cumQty, 0);
  });

  await alice.request('DELETE', '/orders', undefined, { prefer: 'wait=10' });
  await assertNothingReserved(alice);
  await assertAudited(outcry, exchange);
});

async function assertCase({ alice }: Product, fault: SandboxFault, expected: Case): Promise<void> {
  const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
  const { status, body } = await alice.place(expected.order, {
    prefer: `wait=${expected.wait}`,
    'outcry-sandbox-fault': fault,
  });
  assert.deepEqual([status, body.code ?? body.outcome], [expected.status, expected.says]);
  const id: string = body.orderId ?? body.id;
  let kinds: string[] = [];
  const isOver = async () => {
    kinds = await kindsOf(alice, id);
    return kinds.length >= expected.kinds.length;
  };
  await until(isOver, `${fault} to be over`, () => kinds.join());
  assert.deepEqual(kinds, expected.kinds);
  const order: Answer['body'] = (await alice.get(`/order/${id}`)).body;
  assert.deepEqual([order.status, order.cumQty], [expected.ends, expected.cumQty]);
  assert.equal(cash - (await cashOf(alice)), expected.paidInCents);
  assert.equal((await sharesOf(alice)) - shares, expected.cumQty);
}
