import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Booked, TradeProcessor } from '../../../bench/peers/order-stack/trade-processor.ts';
import type { Execution } from '../../../src/exchange/port.ts';

interface Call {
  readonly seqs: readonly number[];
  readonly upToSeq: number;
  /** With the sequences that no order claims yet. */
  answer(unmapped?: readonly number[]): void;
}

function manual(batchMax = 10) {
  const calls: Call[] = [];
  const told: number[] = [];
  const timers: (() => void)[] = [];
  const failures: unknown[] = [];
  const processor = new TradeProcessor({
    batchMax,
    retryMs: 1,
    book: (executions, _, upToSeq) =>
      new Promise((resolve) => {
        const seqs = executions.map(({ seq }) => seq);
        const answer = (unmapped: readonly number[] = []) =>
          resolve(seqs.map((seq) => booked(seq, unmapped.includes(seq))));
        calls.push({ seqs, upToSeq, answer });
      }),
    onBooked: ({ seq }) => told.push(seq),
    after: (_, run) => timers.push(run),
    onFailed: (error) => failures.push(error),
  });
  return { processor, calls, told, timers, failures };
}

function booked(seq: number, isUnmapped: boolean): Booked {
  return {
    seq,
    outcome: isUnmapped ? 'unmapped' : 'traded',
    userId: 'usr_00a',
    orderId: 'ord_1',
    eventSeq: isUnmapped ? null : seq,
    status: 'filled',
    cumQty: 1,
    notionalInCents: 1,
    feeInCents: 1,
    available: 1,
    reserved: 1,
  };
}

function execution(seq: number, execKind: Execution['execKind'] = 'trade'): Execution {
  return {
    kind: 'execution',
    epoch: 'e',
    seq,
    execKind,
    execId: `exec-${seq}`,
    clientOrderId: null,
    externalOrderId: 'sim-1',
    symbol: 'IBM',
    side: 'buy',
    cumQty: 1,
    lastQty: 1,
    lastPriceInCents: 1,
    execRef: null,
    reason: null,
    exchangeAtMs: 1,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const seqsOf = (calls: readonly Call[]) => calls.map(({ seqs, upToSeq }) => [seqs, upToSeq]);

test('one batch at a time, with all that has come meanwhile, and acceptances left out', async () => {
  const { processor, calls, told } = manual();
  processor.take([execution(1, 'accepted'), execution(2)]);
  processor.take([execution(3), execution(4, 'accepted')]);
  processor.take([execution(5, 'cancelled')]);
  assert.deepEqual(seqsOf(calls), [[[2], 2]]);
  calls[0]?.answer();
  await turn();
  assert.deepEqual(seqsOf(calls).slice(1), [[[3, 5], 5]]);
  calls[1]?.answer();
  await turn();
  assert.deepEqual(told, [2, 3, 5]);
});

test('what is left for the next batch holds the watermark back', async () => {
  const { processor, calls } = manual(2);
  processor.take([execution(1), execution(2), execution(3)]);
  calls[0]?.answer();
  await turn();
  assert.deepEqual(seqsOf(calls), [
    [[1, 2], 2],
    [[3], 3],
  ]);
});

test('an execution that no order claims is tried again, before what came after it', async () => {
  const { processor, calls, told, timers } = manual();
  processor.take([execution(1), execution(2)]);
  calls[0]?.answer([2]);
  await turn();
  assert.equal(calls.length, 1);
  processor.take([execution(3)]);
  assert.equal(calls.length, 1, 'it waits for its time');
  timers[0]?.();
  assert.deepEqual(calls[1]?.seqs, [2, 3]);
  calls[1]?.answer();
  await turn();
  assert.deepEqual(told, [1, 2, 3]);
});

test('a heartbeat writes the watermark that nothing else has written, once', async () => {
  const { processor, calls } = manual();
  const heartbeat = { kind: 'heartbeat', epoch: 'e', headSeq: 1, exchangeAtMs: 1 } as const;
  processor.take([execution(1, 'accepted'), heartbeat]);
  calls[0]?.answer();
  await turn();
  processor.take([heartbeat]);
  assert.deepEqual(seqsOf(calls), [[[], 1]]);
});

test('a repeated frame is taken once', async () => {
  const { processor, calls } = manual();
  processor.take([execution(1), execution(2)]);
  processor.take([execution(2), execution(1), execution(3)]);
  calls[0]?.answer();
  await turn();
  assert.deepEqual(seqsOf(calls), [
    [[1, 2], 2],
    [[3], 3],
  ]);
});

test('a lost book, a bust and a correction are not the business of this stack', () => {
  const { processor } = manual();
  assert.throws(() => processor.take([{ kind: 'reset', epoch: 'e', headSeq: 0 }]));
  assert.throws(() => processor.take([execution(1, 'bust')]));
  assert.throws(() => processor.take([execution(2, 'correct')]));
});
