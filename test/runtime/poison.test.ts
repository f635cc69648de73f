// A message that throws is found by running the messages of its turn again, each in a turn of
// its own; it alone is lost, on record and with an answer to whoever asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, note } from './messages.ts';
import type { OnQuestion } from './puppet.ts';
import { START_MS, World } from './world.ts';

const REBUILT = ['b closed', 'b created'];

const onQuestion: OnQuestion = ({ text, replyTo }, ctx) => {
  if (text.startsWith('bad')) throw new TypeError(`${text} is bad`);
  ctx.reply(replyTo, 'yes');
};

test('the poison alone fails: the others of its batch are answered, and it once more', () => {
  const world = new World({ threads: ['a', 'b'], onQuestion });
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', 'bad 2', '3']) ask(ctx, 'puppet/b', text);
  });
  world.settle();
  assert.deepEqual(world.take(), [
    ...['b hears 1', 'b hears bad 2', ...REBUILT],
    ...['b hears 1', 'b hears bad 2', ...REBUILT],
    'b hears 3',
    ...['a hears 1: yes', 'a hears bad 2: failed (bad 2 is bad)', 'a hears 3: yes'],
  ]);
});

test('what came after the failed turn waits until its messages have been run again', () => {
  const world = new World({ puppet: { turnMessagesMax: 2 } });
  let attempts = 0;
  world.does('puppet/a', () => {
    if (attempts++ === 0) throw new Error('the first time');
  });
  for (const text of ['1', '2', '3']) world.tell('puppet/a', note(text));
  world.settle();
  const heard = ['a closed', 'a created', 'a hears 1', 'a hears 2', 'a hears 3'];
  assert.deepEqual(world.take(), heard);
  const [actor] = world.dispatcher('a').snapshot().actors;
  assert.deepEqual([actor?.turns, actor?.messages], [3, 4], 'alone, alone, then two together');
});

test('a batch with two poisons loses both, and nothing else', () => {
  const world = new World({ threads: ['a', 'b'], onQuestion });
  world.does('puppet/a', (ctx) => {
    for (const text of ['bad 1', '2', 'bad 3', '4']) ask(ctx, 'puppet/b', text);
  });
  world.settle();
  const answers = world.take().filter((line) => line.startsWith('a '));
  assert.deepEqual(answers, [
    'a hears bad 1: failed (bad 1 is bad)',
    'a hears 2: yes',
    'a hears bad 3: failed (bad 3 is bad)',
    'a hears 4: yes',
  ]);
});

test('a poison is kept on record with its error, the newest few', () => {
  const world = new World({ threads: ['a', 'b'], limits: { poisonKept: 2 }, onQuestion });
  for (const text of ['bad 1', 'bad 2', 'bad 3']) {
    world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', text));
    world.advance(5);
  }
  const { poison, actors } = world.dispatcher('b').snapshot();
  const kept = poison.kept.map(({ error: { stack, ...error }, ...record }) => {
    assert.match(stack, /poison\.test\.ts/);
    return { ...record, error };
  });
  assert.deepEqual(kept, [recordOf('bad 2', START_MS + 5), recordOf('bad 3', START_MS + 10)]);
  assert.deepEqual([poison.total, actors[0]?.poison, actors[0]?.restarts], [3, 3, 6]);
});

test('an answer that came with a failed turn is run again with it', () => {
  const world = new World({ threads: ['a', 'b'] });
  let attempts = 0;
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', 'well?'));
  world.tickOnce();
  world.tickOnce();
  world.does('puppet/a', () => {
    if (attempts++ === 0) throw new Error('the first time');
  });
  world.settle();
  const heard = ['b hears well?', 'a closed', 'a created', 'a hears well?: yes'];
  assert.deepEqual(world.take(), heard);
});

test('an answer whose own message cannot be made is the poison of the asker', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.does('puppet/a', (ctx) => {
    const toOwn = () => {
      throw new Error('no message of it');
    };
    ctx.ask('puppet/b', { kind: 'Question', text: 'well?' } as never, toOwn, 1_000);
  });
  world.settle();
  const restarts = ['a closed', 'a created', 'a closed', 'a created'];
  assert.deepEqual(world.take(), ['b hears well?', ...restarts]);
  const [record] = world.dispatcher('a').snapshot().poison.kept;
  assert.deepEqual([record?.kind, record?.error.message], ['answer', 'no message of it']);
});

test("poison does not count towards giving up, but many in a row slow the actor's return", () => {
  const world = new World({ threads: ['a', 'b'], onQuestion });
  for (let count = 1; count <= 4; count++) {
    world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', `bad ${count}`));
  }
  world.settle();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', 'waits'));
  world.settle();
  assert.equal(world.take().at(-1), 'a hears bad 4: failed (bad 4 is bad)');
  world.advance(49);
  assert.deepEqual(world.take(), []);
  world.advance(1);
  assert.deepEqual(world.take(), ['b created', 'b hears waits', 'a hears waits: yes']);
});

function recordOf(text: string, atMs: number) {
  const error = { name: 'TypeError', code: null, message: `${text} is bad` };
  return { address: 'puppet/b', from: 'puppet/a', kind: 'Question', atMs, error };
}
