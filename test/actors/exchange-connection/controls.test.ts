import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  FetchFills,
  ListVenueOrders,
  QueryOrders,
  SubmitCancel,
} from '../../../src/actors/exchange-connection/protocol.ts';
import type { CancelResult, QueryRequest, QueryResult } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { anExecution, EPOCH, orderIdOf } from '../venue-messages.ts';
import { ConnectionRig, effectsOf, repliesOf } from './connection-rig.ts';

describe('exchange-connection: cancels and questions', () => {
  test('while the exchange is out of reach neither can tell', () => {
    const rig = new ConnectionRig();
    rig.receive(cancel(rig, 1), query(rig, 1));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, cannotTell('link_down')],
      [2, cannotTell('link_down')],
    ]);
  });

  test('the cancels of one turn leave in one request, and each has its own answer', () => {
    const rig = linked();
    rig.receive(cancel(rig, 1), cancel(rig, 2));
    assert.deepEqual(effectsOf(rig.sent()), [
      { kind: 'CancelOrders', cancels: [requested(1), requested(2)] },
    ]);
    rig.finish('CancelOrders', answered(cancelled(1), tooLate(2)));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, { outcome: 'answered', result: cancelled(1) }],
      [2, { outcome: 'answered', result: tooLate(2) }],
    ]);
  });

  test('a result that names another cancel tells nothing', () => {
    const rig = linked();
    rig.receive(cancel(rig, 1), cancel(rig, 2));
    rig.sent();
    rig.finish('CancelOrders', answered(cancelled(2)));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, cannotTell('no_matching_result')],
      [2, cannotTell('no_matching_result')],
    ]);
  });

  test('cancels go before a question that waits, but not for ever', () => {
    const rig = linked();
    rig.receive(query(rig, 1));
    rig.receive(query(rig, 2));
    const order: string[] = [];
    for (let n = 0; n < 2 * LIMITS.cancelsBeforeQuestion + 1; n++) {
      rig.receive(cancel(rig, n));
      order.push(finishOpen(rig));
    }
    const cancels = Array<string>(LIMITS.cancelsBeforeQuestion).fill('CancelOrders');
    assert.deepEqual(order, ['AskOrders', ...cancels, 'AskOrders', ...cancels.slice(1)]);
  });

  test('questions of every kind leave in the order in which they were asked', () => {
    const rig = linked();
    rig.receive(listing(rig), fetching(rig), query(rig, 1));
    const order = [finishOpen(rig), finishOpen(rig), finishOpen(rig)];
    assert.deepEqual(order, ['ReadOpenOrders', 'ReadFills', 'AskOrders']);
  });

  test('they pass while orders wait for their connections', () => {
    const rig = linked();
    for (const n of [1, 2, 3]) rig.receive(rig.submit(n));
    rig.sent();
    rig.receive(cancel(rig, 9));
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'CancelOrders', cancels: [requested(9)] }]);
  });

  test('they pass while a feed is down, because the exchange can still be reached', () => {
    const rig = linked();
    rig.finish('ReadFeed', { outcome: 'closed', error: 'reset' }, { feed: 'prices' });
    rig.sent();
    rig.receive(cancel(rig, 9));
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'CancelOrders', cancels: [requested(9)] }]);
  });

  test('a cancel repeated while it waits is sent once, and its newer asker is answered', () => {
    const rig = linked();
    rig.receive(query(rig, 1));
    rig.receive(cancel(rig, 2), cancel(rig, 2));
    assert.deepEqual(repliesOf(rig.sent()), [[2, cannotTell('asked_again')]]);
    rig.finish('AskOrders', { outcome: 'unknown', reason: 'no_answer', error: '' });
    rig.finish('CancelOrders', answered(cancelled(2)));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, cannotTell('no_answer')],
      [3, { outcome: 'answered', result: cancelled(2) }],
    ]);
  });

  test('a question is answered with the time at which it was asked', () => {
    const rig = linked();
    rig.receive(query(rig, 1, 2));
    assert.deepEqual(effectsOf(rig.sent()), [
      {
        kind: 'AskOrders',
        orders: [asked(1), asked(2)],
      },
    ]);
    rig.advance(500);
    rig.finish('AskOrders', answered(notFound(1), notFound(2)));
    const results = [notFound(1), notFound(2)];
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, { outcome: 'answered', epoch: EPOCH, askedAtMs: START_MS, results }],
    ]);
  });

  test('a result that was not asked for is left out of the answer', () => {
    const rig = linked();
    rig.receive(query(rig, 1, 2));
    rig.sent();
    rig.finish('AskOrders', answered(notFound(1), notFound(7)));
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, { outcome: 'answered', epoch: EPOCH, askedAtMs: START_MS, results: [notFound(1)] }],
    ]);
  });

  test('E10 a question that fails is never a "not found"', () => {
    const rig = linked();
    const ENDS: [result: unknown, reason: string][] = [
      [{ outcome: 'unknown', reason: 'no_answer', error: '503' }, 'no_answer'],
      [{ outcome: 'refused', refusal: { code: 'rate_limited', detail: '' } }, 'rate_limited'],
      [{ outcome: 'not_written', error: 'ECONNREFUSED' }, 'link_down'],
    ];
    for (const [index, [result, reason]] of ENDS.entries()) {
      rig.receive(query(rig, 1));
      rig.sent();
      rig.finish('AskOrders', result);
      assert.deepEqual(repliesOf(rig.sent()), [[index + 1, cannotTell(reason)]]);
    }
  });

  test('a page of the list of open orders carries when it was asked for', () => {
    const rig = linked();
    rig.receive(listing(rig));
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'ReadOpenOrders', after: 'x7', limit: 50 }]);
    rig.advance(500);
    const page = { outcome: 'answered', epoch: EPOCH, orders: [], hasMore: true };
    rig.finish('ReadOpenOrders', page);
    assert.deepEqual(repliesOf(rig.sent()), [[1, { ...page, askedAtMs: START_MS }]]);
  });

  test('the fills of an order come as the exchange lists them', () => {
    const rig = linked();
    rig.receive(fetching(rig));
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'ReadFills', externalOrderId: 'x1' }]);
    const fills = { outcome: 'answered', epoch: EPOCH, executions: [anExecution(1)] };
    rig.finish('ReadFills', fills);
    assert.deepEqual(repliesOf(rig.sent()), [[1, fills]]);
  });

  test('E10 a list that does not come is never an empty one', () => {
    const rig = linked();
    rig.receive(listing(rig), fetching(rig));
    rig.finish('ReadOpenOrders', { outcome: 'unknown', reason: 'no_answer', error: '503' });
    rig.finish('ReadFills', { outcome: 'refused', refusal: { code: 'unknown_order', detail: '' } });
    assert.deepEqual(repliesOf(rig.sent()), [
      [1, cannotTell('no_answer')],
      [2, cannotTell('unknown_order')],
    ]);
  });

  test('a question about too many orders is not asked', () => {
    const rig = linked();
    const numbers = Array.from({ length: LIMITS.queryOrdersMax + 1 }, (_, n) => n);
    rig.receive(query(rig, ...numbers));
    assert.deepEqual(repliesOf(rig.sent()), [[1, cannotTell('too_many')]]);
  });
});

function linked(): ConnectionRig {
  const rig = new ConnectionRig();
  rig.linkUp();
  return rig;
}

function cancel(rig: ConnectionRig, n: number): SubmitCancel {
  const orderId = orderIdOf(n);
  return {
    kind: 'SubmitCancel',
    cancelId: `${orderId}.c1`,
    orderId,
    externalOrderId: `x${n}`,
    replyTo: rig.replyTo(),
  };
}

function query(rig: ConnectionRig, ...numbers: number[]): QueryOrders {
  return { kind: 'QueryOrders', orders: numbers.map(asked), replyTo: rig.replyTo() };
}

function listing(rig: ConnectionRig): ListVenueOrders {
  return { kind: 'ListVenueOrders', after: 'x7', limit: 50, replyTo: rig.replyTo() };
}

function fetching(rig: ConnectionRig): FetchFills {
  return { kind: 'FetchFills', externalOrderId: 'x1', replyTo: rig.replyTo() };
}

/** Ends the request that is on the way, without an answer, and says what it was. */
function finishOpen(rig: ConnectionRig): string {
  const [open] = rig.ctx.effects.filter(({ effect }) => effect.kind !== 'ReadFeed');
  assert(open);
  rig.finish(open.effect.kind, { outcome: 'unknown', reason: 'no_answer', error: '' });
  return open.effect.kind;
}

function asked(n: number): QueryRequest {
  return { clientOrderId: orderIdOf(n), externalOrderId: null };
}

function requested(n: number) {
  const clientOrderId = orderIdOf(n);
  return { cancelId: `${clientOrderId}.c1`, clientOrderId, externalOrderId: `x${n}` };
}

function cancelled(n: number): CancelResult {
  return { outcome: 'cancelled', cancelId: `${orderIdOf(n)}.c1`, cumQty: 0 };
}

function tooLate(n: number): CancelResult {
  return { outcome: 'refused', cancelId: `${orderIdOf(n)}.c1`, reason: 'too_late', cumQty: 10 };
}

function notFound(n: number): QueryResult {
  return { outcome: 'not_found', ...asked(n) };
}

function answered(...results: (CancelResult | QueryResult)[]) {
  return { outcome: 'answered', epoch: EPOCH, results };
}

function cannotTell(reason: string) {
  return { outcome: 'cannot_tell', reason };
}
