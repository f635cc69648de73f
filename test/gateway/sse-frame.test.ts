// The frames as a conforming EventSource parser reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import {
  eventFrame,
  goawayFrame,
  HEARTBEAT,
  helloFrame,
  priceFrameHead,
  resetFrame,
} from '../../src/gateway/sse-frame.ts';
import { LIMITS } from '../../src/limits.ts';
import { ALICE, anOrder, events } from './fixtures.ts';

function parse(...frames: string[]) {
  const messages: EventSourceMessage[] = [];
  const comments: string[] = [];
  let retryMs: number | null = null;
  const parser = createParser({
    onEvent: (message) => messages.push(message),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => {
      retryMs = ms;
    },
    onError: (error) => assert.fail(error),
  });
  for (const letter of frames.join('')) parser.feed(letter);
  return { messages, comments, retryMs };
}

test('hello comes first, with the retry time and without an id', () => {
  const hello = { streamId: 'str_0_x', resume: 'none', headSeq: 4 } as const;
  const { messages, retryMs } = parse(helloFrame(hello, 0.5));
  assert.deepEqual(messages, [{ id: undefined, event: 'hello', data: JSON.stringify(hello) }]);
  assert.equal(retryMs, LIMITS.streamRetryMs + LIMITS.streamRetryJitterMs / 2);
});

test('only events of the user carry an id', () => {
  const price = {
    kind: 'PriceChanged',
    symbol: 'IBM',
    priceInCents: 1,
    lastTradedAtMs: 0,
    seq: 9,
    merged: 1,
    session: NO_SESSION_PRICES,
    stale: false,
  } as const;
  const { messages, comments } = parse(
    `${priceFrameHead(price)}7}\n\n`,
    ...events(5, 5).map(eventFrame),
    HEARTBEAT,
    resetFrame(8),
    goawayFrame({ reason: 'slow', resumeFrom: 5 }),
  );
  assert.deepEqual(
    messages.map(({ id, event }) => [event, id]),
    [
      ['price', undefined],
      ['order', '5'],
      ['reset', undefined],
      ['goaway', undefined],
    ],
  );
  assert.equal(comments.length, 1);
});

test('line breaks in what the exchange says stay inside their event', () => {
  const order = anOrder({ externalOrderId: 'x', cancelled: 'a\n\nevent: fake\r\ndata: {}' });
  const { messages } = parse(
    eventFrame({ topic: 'order', seq: 1, kind: 'order_cancelled', atMs: 0, order }),
  );
  assert.equal(messages.length, 1);
  assert.equal(JSON.parse(messages[0]?.data ?? '').order.cancel.reason, order.cancelled);
});

test('a trade adds its fill, an account event shows the account', () => {
  const account = {
    userId: ALICE,
    cashInCents: 5,
    reservedInCents: 2,
    buyingPowerInCents: 3,
    tradingState: 'active',
  } as const;
  const fill = {
    execId: 'e1',
    lastQty: 4,
    lastPriceInCents: 18_500,
    feeInCents: 7,
  };
  const { messages } = parse(
    eventFrame({
      topic: 'trade',
      seq: 1,
      kind: 'order_traded',
      atMs: 0,
      order: anOrder({ externalOrderId: 'x', cumQty: 4, cumNotionalInCents: 74_000 }),
      ...fill,
      previous: null,
    }),
    eventFrame({ topic: 'account', seq: 2, kind: 'account_changed', atMs: 0, account }),
  );
  const [trade, change] = messages.map(({ data }) => JSON.parse(data));
  const { seq, kind, at, order, ...rest } = trade;
  assert.deepEqual([seq, kind, at], [1, 'order_traded', '1970-01-01T00:00:00.000Z']);
  assert.equal(order.status, 'partially_filled');
  assert.deepEqual(rest, fill);
  assert.deepEqual(change, {
    seq: 2,
    kind: 'account_changed',
    at: '1970-01-01T00:00:00.000Z',
    account,
  });
});
