import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlaceOrders } from '../../../src/exchange/effects.ts';
import type { PlaceResult } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { EPOCH, orderIdOf } from '../venue-messages.ts';
import { ConnectionRig, ORDER_CONNECTIONS, repliesOf } from './connection-rig.ts';

const RECORDED = { outcome: 'recorded' } as const;

describe('exchange-connection: submits', () => {
  test('without a link a submit is definitely not sent', () => {
    const rig = new ConnectionRig();
    rig.receive(rig.submit(1));
    assert.deepEqual(repliesOf(rig.sent()), [[1, notSent('link_down')]]);
  });

  test('the submits of one turn leave in one request', () => {
    const rig = linked();
    rig.receive(rig.submit(1), rig.submit(2), rig.submit(3));
    assert.deepEqual(batches(rig), [[1, 2, 3]]);
  });

  test('what comes while every connection is busy leaves together with the next free one', () => {
    const rig = linked();
    for (let n = 1; n <= ORDER_CONNECTIONS + 3; n++) rig.receive(rig.submit(n));
    assert.deepEqual(batches(rig), [[1], [2]]);
    rig.finish('PlaceOrders', answered(refused(1)));
    assert.deepEqual(batches(rig), [[2], [3, 4, 5]]);
  });

  test('a request carries no more orders than the exchange takes', () => {
    const rig = linked({ batchOrdersMax: 2 });
    rig.receive(...[1, 2, 3, 4, 5].map((n) => rig.submit(n)));
    assert.deepEqual(batches(rig), [
      [1, 2],
      [3, 4],
    ]);
  });

  test('accepted orders are handed over only when the trade-processor has recorded them', () => {
    const rig = linked();
    rig.receive(rig.submit(1), rig.submit(2), rig.submit(3));
    rig.sent();
    rig.finish('PlaceOrders', answered(accepted(1), refused(2), accepted(3)));
    const acceptances = [
      { orderId: orderIdOf(1), externalOrderId: 'x1' },
      { orderId: orderIdOf(3), externalOrderId: 'x3' },
    ];
    const message = { kind: 'RecordAcceptances', epoch: EPOCH, acceptances };
    assert.deepEqual(rig.sent(), [
      {
        via: 'reply',
        correlationId: 2,
        reply: { outcome: 'refused', reason: 'invalid_price' },
      },
      { via: 'ask', to: 'trade-processor/0', message },
    ]);
    rig.answer('RecordAcceptances', RECORDED);
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, { outcome: 'handed_over' }],
      [3, { outcome: 'handed_over' }],
    ]);
  });

  test('an acceptance that was not recorded leaves the outcome unknown', () => {
    const rig = linked();
    rig.receive(rig.submit(1));
    rig.finish('PlaceOrders', answered(accepted(1)));
    rig.answer('RecordAcceptances', { outcome: 'unknown', reason: 'stopped' });
    assert.deepEqual(repliesOf(rig.sent()), [[1, unknown('not_recorded')]]);
  });

  test('a duplicate clientOrderId is no refusal', () => {
    const rig = linked();
    rig.receive(rig.submit(1));
    const duplicate = {
      outcome: 'duplicate_client_order_id',
      clientOrderId: orderIdOf(1),
    } as const;
    rig.finish('PlaceOrders', answered(duplicate));
    assert.deepEqual(repliesOf(rig.sent()), [[1, unknown('duplicate_client_order_id')]]);
  });

  test('results that do not match their requests leave the outcome unknown', () => {
    const rig = linked();
    rig.receive(rig.submit(1), rig.submit(2), rig.submit(3));
    rig.sent();
    rig.finish('PlaceOrders', answered(refused(1), refused(9)));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, { outcome: 'refused', reason: 'invalid_price' }],
      [2, unknown('no_matching_result')],
      [3, unknown('no_matching_result')],
    ]);
  });

  const ENDS: [name: string, result: unknown, reply: unknown][] = [
    [
      'an all-or-nothing status refuses every order',
      { outcome: 'refused', refusal: { code: 'too_many_orders', detail: '' } },
      { outcome: 'refused', reason: 'too_many_orders' },
    ],
    [
      'a request that was not written is not sent',
      { outcome: 'not_written', error: 'ECONNREFUSED' },
      notSent('link_down'),
    ],
    [
      'E09 no answer leaves the outcome unknown',
      { outcome: 'unknown', reason: 'no_answer', error: 'reset' },
      unknown('no_answer'),
    ],
    [
      'a driver that fails leaves the outcome unknown',
      { outcome: 'unknown', reason: 'driver_error', error: 'a bug' },
      unknown('driver_error'),
    ],
  ];
  for (const [name, result, reply] of ENDS) {
    test(name, () => {
      const rig = linked();
      rig.receive(rig.submit(1), rig.submit(2));
      rig.sent();
      rig.finish('PlaceOrders', result);
      assert.deepEqual(repliesOf(rig.sent()), [
        [1, reply],
        [2, reply],
      ]);
    });
  }

  test('silence until the deadline leaves the outcome unknown, and nothing is sent again', () => {
    const rig = linked();
    rig.receive(rig.submit(1));
    rig.advance(LIMITS.venueRequestMs);
    const sent = rig.sent();
    assert.deepEqual(repliesOf(sent), [[1, unknown('deadline')]]);
    const placed = sent.filter((one) => one.via === 'effect' && one.effect.kind === 'PlaceOrders');
    assert.equal(placed.length, 1);
  });

  test('a submit that waits too long in the queue is not sent', () => {
    const rig = linked();
    for (let n = 1; n <= ORDER_CONNECTIONS; n++) rig.receive(rig.submit(n));
    rig.receive(rig.submit(8));
    rig.advance(1);
    rig.receive(rig.submit(9));
    rig.sent();
    keepFeedsAlive(rig, LIMITS.submitQueueMs - 1);
    assert.deepEqual(repliesOf(rig.sent()), [[3, notSent('queue_timeout')]]);
    keepFeedsAlive(rig, 1);
    assert.deepEqual(repliesOf(rig.sent()), [[4, notSent('queue_timeout')]]);
  });

  test('E15 a submit that is still queued can be withdrawn, one on the wire cannot', () => {
    const rig = linked();
    for (let n = 1; n <= ORDER_CONNECTIONS + 1; n++) rig.receive(rig.submit(n));
    rig.sent();
    rig.receive({ kind: 'WithdrawSubmit', orderId: orderIdOf(1) });
    rig.receive({ kind: 'WithdrawSubmit', orderId: orderIdOf(ORDER_CONNECTIONS + 1) });
    assert.deepEqual(rig.sent(), [
      { via: 'reply', correlationId: ORDER_CONNECTIONS + 1, reply: notSent('withdrawn') },
    ]);
    rig.finish('PlaceOrders', answered(refused(1)));
    assert.deepEqual(batches(rig), [[2]], 'what was withdrawn takes no free connection');
  });

  test('I11 an order that comes twice is written once, wherever the first is', () => {
    const rig = linked();
    rig.receive(rig.submit(1), rig.submit(1)); // queued
    rig.receive(rig.submit(1)); // on the wire
    assert.deepEqual(batches(rig), [[1]]);
    rig.finish('PlaceOrders', answered(accepted(1)));
    rig.receive(rig.submit(1)); // accepted, and not recorded yet
    assert.deepEqual(batches(rig), []);
    assert.deepEqual(repliesOf(rig.sent()), [
      [2, unknown('submitted_twice')],
      [3, unknown('submitted_twice')],
      [4, unknown('submitted_twice')],
    ]);
  });

  test('when the link falls, what is queued is not sent and what was written stays unknown', () => {
    const rig = linked();
    for (let n = 1; n <= ORDER_CONNECTIONS + 1; n++) rig.receive(rig.submit(n));
    rig.sent();
    rig.finish('ReadFeed', { outcome: 'closed', error: 'reset' }, { feed: 'executions' });
    assert.deepEqual(repliesOf(rig.sent()), [[ORDER_CONNECTIONS + 1, notSent('link_down')]]);
    rig.finish('PlaceOrders', { outcome: 'unknown', reason: 'no_answer', error: 'reset' });
    assert.deepEqual(repliesOf(rig.sent()), [[1, unknown('no_answer')]]);
  });

  test('I17 no window of one second carries more submits than the limit', () => {
    const rig = linked();
    const max = LIMITS.ordersPerSecondToExchangeMax;
    const submits = Array.from({ length: max + 1 }, (_, n) => rig.submit(n));
    rig.receive(...submits);
    let written = 0;
    for (let open = batches(rig)[0]; open !== undefined; open = batches(rig)[0]) {
      written += open.length;
      rig.finish('PlaceOrders', answered());
    }
    assert.equal(written, max);
    keepFeedsAlive(rig, 1_000);
    assert.deepEqual(batches(rig), [], 'the second is not over');
    keepFeedsAlive(rig, 1);
    assert.deepEqual(batches(rig), [[max]]);
  });
});

function linked(capabilities = {}): ConnectionRig {
  const rig = new ConnectionRig();
  rig.linkUp(capabilities);
  return rig;
}

/**
 * Time in which both feeds were heard a moment ago, so that only what the test is about runs out.
 */
function keepFeedsAlive(rig: ConnectionRig, ms: number): void {
  for (const open of rig.ctx.effects) {
    if (open.effect.kind !== 'ReadFeed') continue;
    Object.assign(open, { dueAtMs: rig.ctx.clockMs + LIMITS.feedSilentMs });
  }
  rig.advance(ms);
}

/** The requests that are on the way, as numbers of their orders. */
function batches(rig: ConnectionRig): number[][] {
  return rig.openEffects('PlaceOrders').map((effect) => {
    const { orders } = effect as PlaceOrders;
    return orders.map(({ clientOrderId }) => Number(clientOrderId.slice(-5)));
  });
}

function answered(...results: PlaceResult[]) {
  return { outcome: 'answered', epoch: EPOCH, results };
}

function accepted(n: number): PlaceResult {
  return { outcome: 'accepted', clientOrderId: orderIdOf(n), externalOrderId: `x${n}` };
}

function refused(n: number): PlaceResult {
  return { outcome: 'refused', clientOrderId: orderIdOf(n), reason: 'invalid_price' };
}

function notSent(reason: string) {
  return { outcome: 'not_sent', reason };
}

function unknown(reason: string) {
  return { outcome: 'outcome_unknown', reason };
}
