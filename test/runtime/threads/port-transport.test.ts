// How a thread's ports are emptied: a tick takes no more than it may run, nothing is left behind,
// and each peer's frames stay in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { PortTransport } from '../../../src/runtime/threads/port-transport.ts';
import { waitUntil } from '../wait-until.ts';

const MESSAGES_MAX = 4;

/** Notes which frames each of its ticks has taken; a frame is its number of messages. */
class FakeDispatcher {
  readonly ticks: string[][] = [];
  /** What a tick takes. */
  tickMs = 1;
  nowMs = 0;
  hasHalted = false;
  #taken: string[] = [];

  tick(drain?: () => void): void {
    if (this.hasHalted) return;
    this.#taken = [];
    drain?.();
    this.nowMs += this.tickMs;
    this.ticks.push(this.#taken);
  }

  receive(thread: string, [messages = 0, seq = 0]: Uint8Array): number {
    this.#taken.push(`${thread}${seq}`);
    return messages;
  }

  elapsedMs(): number {
    return this.nowMs;
  }

  linkUp(): void {}

  linkDown(thread: string): void {
    this.#taken.push(`${thread} is down`);
  }
}

test('what has come is taken in several ticks, each within its bound', async (t) => {
  const { dispatcher, transport, ports } = linked(t, ['a', 'b']);
  const [a, b] = ports;
  for (const seq of [1, 2, 3]) a?.postMessage(Uint8Array.of(3, seq));
  b?.postMessage(Uint8Array.of(3, 1));
  transport.tick();
  assert.deepEqual(dispatcher.ticks, [['a1', 'b1']]);
  await waitUntil(() => dispatcher.ticks.flat().length === 4);
  assert.deepEqual(dispatcher.ticks.flat(), ['a1', 'b1', 'a2', 'a3']);
});

test('a burst wakes by itself until nothing is left, and sockets have their turn between', async (t) => {
  const { dispatcher, ports } = linked(t, ['a']);
  const [a] = ports;
  for (let seq = 1; seq <= 50; seq++) a?.postMessage(Uint8Array.of(MESSAGES_MAX, seq));
  let turns = 0;
  while (dispatcher.ticks.flat().length < 50 && turns++ < 1_000) await turn();
  const expected = Array.from({ length: 50 }, (_, index) => `a${index + 1}`);
  assert.deepEqual(dispatcher.ticks.flat(), expected);
  assert(dispatcher.ticks.every((taken) => taken.length <= 1));
  assert(turns > 25, `${turns} turns of the event loop`);
});

test('ticks that take no time run as their messages come, without a turn between', async (t) => {
  const { dispatcher, ports } = linked(t, ['a']);
  const [a] = ports;
  dispatcher.tickMs = 0;
  for (let seq = 1; seq <= 50; seq++) a?.postMessage(Uint8Array.of(MESSAGES_MAX, seq));
  let turns = 0;
  while (dispatcher.ticks.flat().length < 50 && turns++ < 1_000) await turn();
  assert.equal(dispatcher.ticks.length, 50);
  assert(turns < 10, `${turns} turns of the event loop`);
});

test('a thread that ends is down only after all that it has sent', async (t) => {
  const { dispatcher, ports } = linked(t, ['a']);
  const [a] = ports;
  for (let seq = 1; seq <= 5; seq++) a?.postMessage(Uint8Array.of(MESSAGES_MAX, seq));
  a?.close();
  const seen: string[] = [];
  dispatcher.receive = (thread, [messages = 0, seq = 0]) => {
    seen.push(`${thread}${seq}`);
    return messages;
  };
  dispatcher.linkDown = (thread) => void seen.push(`${thread} is down`);
  await waitUntil(() => seen.includes('a is down'));
  assert.deepEqual(seen, ['a1', 'a2', 'a3', 'a4', 'a5', 'a is down']);
});

test('a frame is the same for the other end, whether it went as text or as bytes', async (t) => {
  const received: number[][] = [];
  const posts: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  const ends = [new FakeDispatcher(), new FakeDispatcher()].map((dispatcher) => {
    dispatcher.receive = (_, bytes) => received.push([...bytes]);
    dispatcher.linkUp = (...[, , post]: unknown[]) => void posts.push(post as never);
    return new PortTransport(dispatcher, MESSAGES_MAX, dispatcher);
  });
  t.after(() => ends.forEach((end) => void end.close()));
  const { port1, port2 } = new MessageChannel();
  ends[0]?.link({ thread: 'b', incarnation: 1, port: port1 });
  ends[1]?.link({ thread: 'a', incarnation: 1, port: port2 });
  const shared = new Uint8Array(4_096).map((_, at) => (at * 7) % 256);
  const frames = [shared.subarray(0, 1), shared.subarray(3, 259), shared.slice(0, 5), shared];
  const expected = frames.map((bytes) => [...bytes]);
  for (const bytes of frames) posts[0]?.(bytes);
  await waitUntil(() => received.length === frames.length);
  assert.deepEqual(received, expected);
});

test('a thread that has halted is not kept busy by what still comes', async (t) => {
  const { dispatcher, ports } = linked(t, ['a']);
  const [a] = ports;
  dispatcher.hasHalted = true;
  a?.postMessage(Uint8Array.of(1, 1));
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.deepEqual(dispatcher.ticks, []);
});

function linked(t: { after(run: () => void): void }, threads: readonly string[]) {
  const dispatcher = new FakeDispatcher();
  const transport = new PortTransport(dispatcher, MESSAGES_MAX, dispatcher);
  const ports = threads.map((thread): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    transport.link({ thread, incarnation: 1, port: port2 });
    return port1;
  });
  t.after(() => transport.close());
  return { dispatcher, transport, ports };
}
