import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PriceTopic } from '../../src/gateway/price-topic.ts';
import type { Stream } from '../../src/gateway/stream.ts';

const streamAt = (slot: number) => ({ slot }) as Stream;

test('whoever leaves a symbol, the others stay on it', () => {
  const topic = new PriceTopic('IBM');
  const slots = Array.from({ length: 20 }, (_, n) => n * 7);
  const subscribed = slots.map((slot) => ({ slot, own: topic.subscribe(streamAt(slot)) }));
  assert.deepEqual([...topic.slots], slots);
  const left = new Set(slots);
  for (const at of [0, 18, 3, 10, 5, 1, 0, 12, 2]) {
    const [gone] = subscribed.splice(at % subscribed.length, 1);
    assert(gone !== undefined);
    topic.unsubscribe(gone.own);
    left.delete(gone.slot);
    assert.deepEqual(new Set(topic.slots), left);
  }
  for (const { own } of subscribed) topic.unsubscribe(own);
  assert.deepEqual([...topic.slots], []);
});
