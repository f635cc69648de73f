// Frames: what msgpack cannot take costs its own message only, and a frame that does not follow
// the last one is a fault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameDecoder, FrameEncoder } from '../../src/runtime/codec.ts';
import { ask, type Note, note } from './messages.ts';
import { World } from './world.ts';

/** No integer of msgpack is that large. */
const UNSENDABLE = (2n ** 70n) as unknown as string;

test('a message that cannot be encoded is a dead letter; the others of its frame arrive', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b', note('1'));
    ctx.tell('puppet/b', note(UNSENDABLE));
    ctx.tell('puppet/b', note('3'));
  });
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'b hears 3']);
  const { total, kept } = world.dispatcher('a').snapshot().deadLetters;
  assert.deepEqual([total, kept[0]?.reason], [1, 'unsendable']);
  assert.deepEqual(
    world.frames.map(({ messages }) => messages.length),
    [2],
  );
});

test('it takes no room in the window', () => {
  const world = new World({ threads: ['a', 'b'], limits: { linkWindow: 2 } });
  const taken: boolean[] = [];
  for (const text of [UNSENDABLE, UNSENDABLE, 'fine']) {
    world.does('puppet/a', (ctx) => taken.push(ctx.offer('puppet/b', note(text))));
    world.settle();
  }
  assert.deepEqual([taken, world.take()], [[true, true, true], ['b hears fine']]);
});

test('an ask that cannot be encoded failed, for certain, and gives its slot back', () => {
  const world = new World({ threads: ['a', 'b'] });
  const free: number[] = [];
  world.does('puppet/a', (ctx) => {
    const toOwn = (answer: unknown) => note((answer as { outcome: string }).outcome);
    ctx.ask('puppet/b', { kind: 'Question', text: UNSENDABLE } as never, toOwn, 1_000);
    ask(ctx, 'puppet/b', '2');
  });
  world.settle();
  world.does('puppet/a', (ctx) => free.push(ctx.windowFree('puppet/b')));
  world.settle();
  assert.deepEqual(world.take(), ['a hears failed', 'b hears 2', 'a hears 2: yes']);
  assert.deepEqual(free, [32]);
});

test('the asker of a reply that cannot be encoded hears so', () => {
  const world = new World({
    threads: ['a', 'b'],
    onQuestion: ({ text, replyTo }, ctx) => ctx.reply(replyTo, text === '1' ? UNSENDABLE : 'yes'),
  });
  world.does('puppet/a', (ctx) => {
    ask(ctx, 'puppet/b', '1');
    ask(ctx, 'puppet/b', '2');
  });
  world.settle();
  const heard = world.take().filter((line) => line.startsWith('a '));
  assert.equal(heard.length, 2);
  assert.equal(heard[0], 'a hears 2: yes');
  assert.match(heard[1] ?? '', /^a hears 1: failed \(/);
});

test('frames go on as before after one that could not be encoded at once', () => {
  const world = new World({ threads: ['a', 'b'] });
  for (const text of ['1', UNSENDABLE, '3', '4']) {
    world.does('puppet/a', (ctx) => {
      ctx.tell('puppet/b', note(text));
      ctx.tell<Note>('puppet/b', { kind: 'Note', text: 'with it' });
    });
    world.settle();
  }
  const heard = ['1', 'with it', 'with it', '3', 'with it', '4', 'with it'];
  assert.deepEqual(
    world.take(),
    heard.map((text) => `b hears ${text}`),
  );
  assert.deepEqual(
    world.frames.map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
});

test('inside a thread messages go by reference, whatever they are', () => {
  const world = new World({ residents: ['puppet/a2'] });
  world.does('puppet/a', (ctx) => ctx.tell('puppet/a2', note(UNSENDABLE)));
  world.settle();
  assert.deepEqual(world.take(), [`a2 hears ${UNSENDABLE}`]);
});

test('a frame that is missing is a fault of the transport, not passed over in silence', () => {
  const world = new World({ threads: ['a', 'b'] });
  const frame = { incarnation: 1, seq: 2, sentAtMs: 0, ack: 0, messages: [] };
  const receive = () => world.dispatcher('b').receive('a', new FrameEncoder().encode(frame));
  assert.throws(receive, /a frame of a is missing/);
});

test('frames that come after the link has closed are ignored', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.cut('a', 'b');
  const messages = [['puppet/b', 'puppet/a', note('late')]] as const;
  world
    .dispatcher('b')
    .receive(
      'a',
      new FrameEncoder().encode({ incarnation: 1, seq: 1, sentAtMs: 0, ack: 0, messages }),
    );
  world.settle();
  assert.deepEqual(world.take(), []);
});

test('a frame describes itself and has a buffer of exactly its own size', () => {
  const messages = [['puppet/b', 'puppet/a', note('long '.repeat(100))]] as const;
  const frame = { incarnation: 7, seq: 1, sentAtMs: 5, ack: 3, messages };
  const bytes = new FrameEncoder().encode(frame);
  assert.equal(bytes.buffer.byteLength, bytes.length);
  assert.deepEqual(new FrameDecoder().decode(structuredClone(bytes)), frame);
});

test('an address is written out once, whoever writes to whom', () => {
  const replyTo = { to: 'puppet/a', correlationId: 4 } as const;
  const messages = [
    ['puppet/b', 'puppet/a', note('1')],
    ['puppet/a', 'puppet/b', note('2')],
    [replyTo, 'puppet/b', null],
    [{ ...replyTo, to: 'puppet/c' }, 'puppet/c', 5],
  ] as const;
  const frame = { incarnation: 7, seq: 1, sentAtMs: 5, ack: 3, messages };
  const bytes = new FrameEncoder().encode(frame);
  assert.deepEqual(new FrameDecoder().decode(bytes), frame);
  for (const address of ['puppet/a', 'puppet/b', 'puppet/c']) {
    assert.equal(Buffer.from(bytes).toString('latin1').split(address).length, 2, address);
  }
});

test('more messages than a frame takes go in several, in order and at once', () => {
  const world = new World({ threads: ['a', 'b'], limits: { frameMessagesMax: 2 } });
  const texts = ['1', '2', '3', '4', '5'];
  world.does('puppet/a', (ctx) => {
    for (const text of texts) ctx.tell('puppet/b', note(text));
  });
  world.tickOnce();
  assert.deepEqual(
    world.frames.map(({ seq, messages }) => [seq, messages.length]),
    [
      [1, 2],
      [2, 2],
      [3, 1],
    ],
  );
  world.settle();
  assert.deepEqual(
    world.take(),
    texts.map((text) => `b hears ${text}`),
  );
});
