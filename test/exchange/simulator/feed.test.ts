// Readers of a feed: exact resume from memory and from older storage, heartbeats, and the end of a
// reader that stalls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed, type FeedSink } from '../../../src/exchange/simulator/feed.ts';

const NOW = 1_000_000;

class Sink implements FeedSink {
  text = '';
  isCut = false;
  accepts = true;

  write(text: string): boolean {
    this.text += text;
    return this.accepts;
  }

  cut(): void {
    this.isCut = true;
  }

  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
}

function aFeed({ framesKept = 4, stored = 0 } = {}): Feed {
  return new Feed({
    epoch: 'e1',
    headSeq: stored,
    framesKept,
    readOlder: (afterSeq) =>
      numbers(afterSeq + 1, stored)
        .slice(0, 2)
        .map((seq) => ({ seq, line: `${seq}\n` })),
  });
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function publish(feed: Feed, first: number, last: number): void {
  feed.publish(
    numbers(first, last).map((seq) => `${seq}\n`),
    NOW,
  );
}

test('a reader gets every frame after its sequence, once, in order', () => {
  const feed = aFeed();
  publish(feed, 1, 3);
  const sink = new Sink();
  feed.subscribe(sink, 1, ['opening\n'], NOW);
  publish(feed, 4, 9);
  assert.deepEqual(sink.lines, ['opening', ...numbers(2, 9).map(String)]);
});

test('a reader that begins long ago is served from older storage and then live', () => {
  const feed = aFeed({ stored: 7 });
  const sink = new Sink();
  feed.subscribe(sink, 2, [], NOW);
  publish(feed, 8, 9);
  assert.deepEqual(sink.lines, numbers(3, 9).map(String));
});

test('a reader that is held up goes on where it was, without a hole', () => {
  const feed = aFeed({ framesKept: 8 });
  const sink = new Sink();
  sink.accepts = false;
  const reader = feed.subscribe(sink, 0, [], NOW);
  publish(feed, 1, 2);
  publish(feed, 3, 6);
  assert.deepEqual(sink.lines, ['1', '2']);
  sink.accepts = true;
  reader.drained(NOW);
  assert.deepEqual(sink.lines, numbers(1, 6).map(String));
});

test('a reader that falls out of what is kept is cut, not fed with a hole', () => {
  const feed = aFeed({ framesKept: 4 });
  const sink = new Sink();
  sink.accepts = false;
  const reader = feed.subscribe(sink, 0, [], NOW);
  publish(feed, 1, 1);
  publish(feed, 2, 9);
  reader.drained(NOW);
  assert.deepEqual([sink.lines, sink.isCut], [['1'], true]);
});

test('what can be resumed: up to the head and back to the oldest kept frame', () => {
  const feed = aFeed({ framesKept: 4 });
  publish(feed, 1, 9);
  const resumable = numbers(0, 11).filter((seq) => feed.canResume(seq));
  assert.deepEqual(resumable, [5, 6, 7, 8, 9]);
});

test('a heartbeat carries the head, and goes to readers who have everything only', () => {
  const feed = aFeed();
  publish(feed, 1, 2);
  const current = new Sink();
  const behind = new Sink();
  behind.accepts = false;
  feed.subscribe(current, 2, [], NOW);
  feed.subscribe(behind, 0, [], NOW);
  feed.heartbeat(NOW + 1_000);
  const beat = { kind: 'heartbeat', epoch: 'e1', headSeq: 2, exchangeAtMs: NOW + 1_000 };
  assert.deepEqual(current.lines, [JSON.stringify(beat)]);
  assert.deepEqual(behind.lines, ['1', '2']);
});

test('a reader that has stopped reading is cut', () => {
  const feed = aFeed();
  const sink = new Sink();
  sink.accepts = false;
  feed.subscribe(sink, 0, [], NOW);
  publish(feed, 1, 1);
  feed.heartbeat(NOW + 10_000);
  assert.equal(sink.isCut, false);
  feed.heartbeat(NOW + 10_001);
  assert.equal(sink.isCut, true);
});
