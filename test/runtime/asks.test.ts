// An ask is answered once: with its reply, or with the one reason why there is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address, AskFailure, ReplyTo } from '../../src/runtime/actor.ts';
import { ask, note, type Question, wordOf } from './messages.ts';
import { World, type WorldOptions } from './world.ts';

test('busy: the window is full, and nothing was sent', () => {
  const { world } = aWorld({ puppet: { askWindow: 1 } });
  world.does('puppet/a', (ctx) => {
    ask(ctx, 'puppet/b', '1');
    ask(ctx, 'puppet/b', '2');
  });
  world.settle();
  assert.deepEqual(world.take(), ['a hears 2: busy', 'b hears 1']);
});

test('busy: the thread of the one asked is not linked', () => {
  const { world } = aWorld();
  world.cut('a', 'b');
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  assert.deepEqual(world.take(), ['a hears 1: busy']);
});

test('unknown address: no such actor there, or no such thread', () => {
  const { world } = aWorld();
  world.does('puppet/a', (ctx) => {
    ask(ctx, 'puppet/b-who', 'near');
    ask(ctx, 'puppet/x', 'nowhere');
    ask(ctx, 'nothing/b', 'no such kind');
  });
  world.settle();
  assert.deepEqual(world.take(), [
    'a hears nowhere: unknown_address',
    'a hears near: unknown_address',
    'a hears no such kind: unknown_address',
  ]);
});

test('deadline: whoever was asked is silent, and the late reply is counted', () => {
  const { world, held } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1', 500));
  world.advance(499);
  assert.deepEqual(world.take(), ['b hears 1']);
  world.advance(1);
  assert.deepEqual(world.take(), ['a hears 1: deadline']);
  replyToAll(world, held);
  world.settle();
  assert.deepEqual(world.take(), []);
  assert.deepEqual(world.dispatcher('a').snapshot().counters, { 'replies.late': 1 });
});

test('a second reply to one ask finds nobody and is counted', () => {
  const { world, held } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  replyToAll(world, [...held, ...held]);
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'a hears 1: yes']);
  assert.deepEqual(world.dispatcher('a').snapshot().counters, { 'replies.late': 1 });
});

test('stopped: the one asked restarts while it owes the answer', () => {
  const { world } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.does('puppet/b', () => {
    throw new Error('a bug');
  });
  world.settle();
  const heard = world.take();
  assert.deepEqual(heard.slice(0, 2), ['b hears 1', 'b closed']);
  assert.deepEqual(
    heard.filter((line) => line.startsWith('a ')),
    ['a hears 1: stopped'],
  );
});

test('stopped: the thread of the one asked is gone', () => {
  const { world } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.cut('a', 'b');
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'a hears 1: stopped']);
});

test('stopped: the thread of the one asked stops in order', () => {
  const { world } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.dispatcher('b').stop();
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'b closed', 'a hears 1: stopped']);
});

test('failed: the message was the poison', () => {
  const { world } = aWorld({
    onQuestion: () => {
      throw new Error('cannot');
    },
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  assert.equal(world.take().at(-1), 'a hears 1: failed (cannot)');
});

test('a reply-to that is handed on is answered by another, on another thread', () => {
  const world = new World({
    threads: ['a', 'b', 'c'],
    onQuestion(question, ctx) {
      if (ctx.self === 'puppet/b') ctx.tell<Question>('puppet/c', question);
      else ctx.reply(question.replyTo, `yes from ${ctx.self}`);
    },
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'c hears 1', 'a hears 1: yes from puppet/c']);
});

test('whoever handed a reply-to on owes nothing: its restart does not answer', () => {
  const held: ReplyTo[] = [];
  const world = new World({
    threads: ['a', 'b', 'c'],
    onQuestion(question, ctx) {
      if (ctx.self === 'puppet/b') ctx.tell<Question>('puppet/c', question);
      else held.push(question.replyTo);
    },
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.does('puppet/b', () => {
    throw new Error('a bug');
  });
  world.settle();
  world.does('puppet/c', (ctx) => {
    for (const replyTo of held) ctx.reply(replyTo, 'yes');
  });
  world.settle();
  const heard = world.take().filter((line) => line.startsWith('a '));
  assert.deepEqual(heard, ['a hears 1: yes']);
});

test('asks of an actor that restarts are forgotten: their answers come too late', () => {
  const { world, held } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.settle();
  world.take();
  replyToAll(world, held);
  world.advance(10_000);
  assert.deepEqual(world.take(), []);
  const { counters, pendingAsks } = world.dispatcher('a').snapshot();
  assert.deepEqual([counters, pendingAsks], [{ 'replies.late': 1 }, 0]);
});

test('a reply towards a thread that is gone is counted', () => {
  const { world, held } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.cut('a', 'b');
  replyToAll(world, held);
  world.settle();
  assert.deepEqual(world.dispatcher('b').snapshot().counters, { 'replies.undeliverable': 1 });
});

test("an answer to an ask of a dead thread's never meets one of its next life", () => {
  const { world, held } = aWorld();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', 'old'));
  world.settle();
  world.cut('a', 'b');
  world.start('a', 2);
  world.join('a', 'b');
  world.settle();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', 'new'));
  world.settle();
  world.take();
  replyToAll(world, held.slice(0, 1));
  world.settle();
  assert.deepEqual(world.take(), []);
  replyToAll(world, held.slice(1));
  world.settle();
  assert.deepEqual(world.take(), ['a hears new: yes']);
});

test('an actor may ask itself', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/a', 'me?'));
  world.settle();
  assert.deepEqual(world.take(), ['a hears me?', 'a hears me?: yes']);
});

test('one question asked of several, here and elsewhere, is a question for each', () => {
  const world = new World({ threads: ['a', 'b'] });
  const question = { kind: 'Question', text: 'you?' } as const;
  const answers: string[] = [];
  const askAll = (...asked: Address[]) =>
    world.does('puppet/a', (ctx) => {
      for (const to of asked) {
        const toOwn = (answer: string | AskFailure) => {
          answers.push(`${to}: ${wordOf(answer)}`);
          return note(to);
        };
        ctx.ask<Question>(to, question, toOwn, 1_000);
      }
    });
  askAll('puppet/a', 'puppet/b', 'puppet/b');
  world.settle();
  askAll('puppet/b');
  world.settle();
  assert.deepEqual(answers, ['puppet/a: yes', 'puppet/b: yes', 'puppet/b: yes', 'puppet/b: yes']);
});

test('any reply travels between threads: null, a number, a list', () => {
  const { world, held } = aWorld();
  const heard: unknown[] = [];
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2', '3']) {
      const toOwn = (answer: unknown) => {
        heard.push(answer);
        return note(text);
      };
      ctx.ask<Question>('puppet/b', { kind: 'Question', text }, toOwn, 1_000);
    }
  });
  world.settle();
  const replies = [null, 7, [1, [2]]];
  world.does('puppet/b', (ctx) => {
    for (const [index, replyTo] of held.entries()) ctx.reply(replyTo, replies[index]);
  });
  world.settle();
  assert.deepEqual(heard, replies);
});

/** Without another `onQuestion`, questions are held unanswered. */
function aWorld(options: WorldOptions = {}) {
  const held: ReplyTo[] = [];
  const onQuestion = ({ replyTo }: Question) => held.push(replyTo);
  const world = new World({ threads: ['a', 'b'], onQuestion, ...options });
  return { world, held };
}

function replyToAll(world: World, held: readonly ReplyTo[]): void {
  world.does('puppet/b', (ctx) => {
    for (const replyTo of held) ctx.reply(replyTo, 'yes');
  });
}
