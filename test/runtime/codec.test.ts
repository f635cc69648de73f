// What one frame has told of its objects' fields, later ones of the session need not tell again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, FrameDecoder, FrameEncoder } from '../../src/runtime/codec.ts';
import type { Packet } from '../../src/runtime/packet.ts';
import { Prng } from '../../src/runtime/simulation/prng.ts';

const SHAPES_MAX = 1_024;
const ADDRESSES_MAX = 65_536;

function frame(...bodies: unknown[]): Frame {
  const messages = bodies.map((body): Packet => ['to/1', 'from/1', body]);
  return { incarnation: 1, seq: 1, sentAtMs: 2, ack: 3, messages };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

test('the fields of a kind of object are written out in the first frame that has it', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const first = frame({ kind: 'Note', numShares: 1 });
  const second = frame({ kind: 'Note', numShares: 2 }, { kind: 'Other', price: { cents: 3 } });
  const third = frame({ kind: 'Other', price: { cents: 4 } }, { kind: 'Note', numShares: 5 });
  const all = [first, second, third].map((one) => encoder.encode(one));
  const has = (name: string) => all.map((bytes) => latin1(bytes).includes(name));
  assert.deepEqual(has('numShares'), [true, false, false]);
  assert.deepEqual(has('cents'), [false, true, false]);
  assert.deepEqual(
    all.map((bytes) => decoder.decode(structuredClone(bytes))),
    [first, second, third],
  );
});

test('a body that cannot be packed costs neither the session nor the fields told with it', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const good = frame({ kind: 'Good', one: 1 });
  const bad: Packet = ['to/1', 'from/1', { kind: 'Bad', two: 2n ** 70n }];
  assert.throws(() => encoder.encode({ ...good, messages: [...good.messages, bad] }));
  assert.throws(() => encoder.check(bad));
  for (const packet of good.messages) encoder.check(packet);
  const other = frame({ kind: 'Bad', two: 2 });
  for (const one of [good, other, good]) {
    assert.deepEqual(decoder.decode(encoder.encode(one)), one);
  }
});

test('objects whose names are data are no kind: they are written out, and never run out', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  for (let round = 0; round < 2 * SHAPES_MAX; round++) {
    const one = frame({ held: { [`S${round}`]: round, IBM: 1 }, Ł: { größe: round } });
    assert.deepEqual(decoder.decode(encoder.encode(one)), one);
  }
  const known = encoder.encode(frame({ held: { IBM: 1 }, Ł: { größe: 0 } }));
  assert(!latin1(known).includes('held'), 'what is a kind is still told once');
});

test('more kinds than a session keeps still arrive', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const letters = (at: number) =>
    at.toString(8).replaceAll(/\d/g, (digit) => 'abcdefgh'.charAt(+digit));
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < SHAPES_MAX + 100; at++) {
      const one = frame({ [letters(at)]: at, more: { [`x${letters(at)}`]: null } });
      assert.deepEqual(decoder.decode(encoder.encode(one)), one);
    }
  }
});

test('whatever is sent arrives as it was, in any order of kinds', (t) => {
  const seed = process.env['SEED'] ?? String(Date.now());
  t.diagnostic(`SEED=${seed}`);
  const chance = new Prng(seed).stream('codec');
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  for (let round = 0; round < 500; round++) {
    const one = frame(...Array.from({ length: chance.int(5) }, () => anything(chance, 4)));
    assert.deepEqual(decoder.decode(encoder.encode(one)), one);
  }
});

test('numbers and texts arrive as they were, whatever their length in bytes', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const edges = [0, 2 ** 5, 2 ** 6, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 53];
  const numbers = edges.flatMap((edge) => [
    edge - 1,
    edge,
    edge + 1,
    -edge - 1,
    1 - edge,
    edge / 3,
  ]);
  const lengths = [0, 1, 31, 32, 47, 48, 49, 255, 256, 65_535, 65_536];
  const texts = lengths.flatMap((length) => [
    'x'.repeat(length),
    'é'.repeat(length),
    '€'.repeat(length),
  ]);
  const lists = [15, 16, 65_535, 65_536].map((length) => new Array(length).fill(7));
  const others = [Number.NaN, Infinity, -Infinity, '\u{1f600}', undefined, [undefined, null]];
  const one = frame(...numbers, ...texts, ...lists, ...others, { numbers, texts, others });
  assert.deepEqual(decoder.decode(encoder.encode(one)), one);
  const packed = encoder.encode(frame(Uint8Array.of(1, 2)));
  const [, , bytes] = decoder.decode(packed).messages[0] ?? [];
  assert.deepEqual([...(bytes as Uint8Array)], [1, 2]);
  const map = decoder.decode(encoder.encode(frame({ held: new Map([['IBM', 1]]) })));
  assert.deepEqual(map.messages[0]?.[2], { held: { IBM: 1 } });
});

test('addresses are told once a session, and still arrive when there are more than it keeps', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < ADDRESSES_MAX + 500; at += 500) {
      const messages = Array.from({ length: 500 }, (_, more): Packet => {
        const to = `to/${at + more}` as const;
        return more % 2 === 0 ? [to, 'from/1', null] : [{ to, correlationId: at }, to, null];
      });
      const one = { incarnation: 1, seq: 1, sentAtMs: 2, ack: 3, messages };
      const bytes = encoder.encode(one);
      const isTold = latin1(bytes).includes(`to/${at + 499}`);
      assert.equal(isTold, round === 0 || at + 499 >= ADDRESSES_MAX);
      assert.deepEqual(decoder.decode(bytes), one);
    }
  }
});

test('what can be read is written: inherited names too, and nothing that is too deep', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const inherits = Object.assign(Object.create({ inherited: 1 }), { own: 2 });
  const plain = frame({ held: { own: 2 } });
  assert.deepEqual(decoder.decode(encoder.encode(frame({ held: inherits }))), plain);
  assert.deepEqual(decoder.decode(encoder.encode(frame(nested(250)))), frame(nested(250)));
  assert.throws(() => encoder.encode(frame({ kind: 'New', shape: 1 }, nested(300))), RangeError);
  const after = frame({ kind: 'New', shape: 2 }, { constructor: 1 }, Object.create(null));
  assert.deepEqual(decoder.decode(encoder.encode(after)).messages.length, 3);
});

test('objects that are refused as kinds take no longer for being nested', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`a${at}b`, at]));
  const inLevels = (levels: number): unknown =>
    levels === 0 ? 1 : { ...wide, a0b: inLevels(levels - 1) };
  const one = frame({ a: 1, ...wide, inside: inLevels(40) }); // 2 ** 40 writes, or 40
  assert.deepEqual(decoder.decode(encoder.encode(one)), one);
  assert.deepEqual(decoder.decode(encoder.encode(one)), one);
});

function nested(depth: number): unknown {
  return depth === 0 ? 'end' : { inside: nested(depth - 1) };
}

const NAMES = ['kind', 'order', 'numShares', 'IBM', 'orders_parked', 'a', 'seq', ''];

function anything(chance: Prng, depth: number): unknown {
  const simple = [null, true, '', 'text', 'long '.repeat(20), 0, -1, 2 ** 40, 0.5, undefined];
  const kind = depth === 0 ? 0 : chance.int(3);
  if (kind === 0) return simple[chance.int(simple.length)];
  const length = chance.int(5);
  if (kind === 1) return Array.from({ length }, () => anything(chance, depth - 1));
  const entries = Array.from({ length }, () => {
    return [NAMES[chance.int(NAMES.length)], anything(chance, depth - 1)] as const;
  });
  return Object.fromEntries(entries);
}
