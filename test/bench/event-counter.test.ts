import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCounter } from '../../bench/load/event-counter.ts';

const FRAME = 'event: price\ndata: {"symbol":"IBM","priceInCents":1}\n\n';
const STREAM = `event: hello\ndata: {}\n\n${FRAME}\r\n5a\r\n${FRAME}${FRAME}:\n\nevevent: price\n`;

function countOf(...reads: string[]): number {
  const counter = new EventCounter();
  for (const read of reads) counter.take(Buffer.from(read, 'latin1'));
  return counter.count;
}

test('price events are counted, and nothing else', () => {
  assert.equal(countOf(STREAM), 4);
  assert.equal(countOf('event: hello\n\n', ':\n\n', ''), 0);
});

test('wherever two or three reads split the stream, the count is the same', () => {
  for (let first = 0; first <= STREAM.length; first++) {
    assert.equal(countOf(STREAM.slice(0, first), STREAM.slice(first)), 4, `split at ${first}`);
    for (const length of [1, 2, 5, 12, 13]) {
      const second = first + length;
      const reads = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)];
      assert.equal(countOf(...reads), 4, `split at ${first} and ${second}`);
    }
  }
});

test('byte by byte the count is the same, though the bytes are overwritten after each read', () => {
  const counter = new EventCounter();
  const read = Buffer.alloc(1);
  for (const byte of Buffer.from(STREAM, 'latin1')) {
    read[0] = byte;
    counter.take(read);
  }
  assert.equal(counter.count, 4);
});
