// Messages that nobody will handle: each is counted, the newest few are kept, and the log hears
// of them once a second.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address, Message } from '../../src/runtime/actor.ts';
import { ask, note, type Question } from './messages.ts';
import { START_MS, World } from './world.ts';

test('each is counted, the newest few are kept with who, to whom, what, why and when', () => {
  const world = new World({ threads: ['a', 'b'], limits: { deadLettersKept: 2 } });
  for (const to of ['puppet/a-none', 'puppet/x', 'nothing/a'] as const) {
    world.advance(1);
    tellFromA(world, to, 1);
  }
  const { total, kept } = world.dispatcher('a').snapshot().deadLetters;
  assert.equal(total, 3);
  const common = { from: 'puppet/a', kind: 'Note', reason: 'unknown_address' };
  assert.deepEqual(kept, [
    { to: 'puppet/x', ...common, atMs: START_MS + 2 },
    { to: 'nothing/a', ...common, atMs: START_MS + 3 },
  ]);
});

test('they are counted where they end: with the receiver, or where they never left', () => {
  const world = new World({ threads: ['a', 'b'] });
  tellFromA(world, 'puppet/b-none', 1);
  assert.deepEqual([lettersOf(world, 'a'), lettersOf(world, 'b')], [0, 1]);
  world.cut('a', 'b');
  tellFromA(world, 'puppet/b', 2);
  assert.deepEqual([lettersOf(world, 'a'), lettersOf(world, 'b')], [2, 1]);
  assert.equal(world.dispatcher('a').snapshot().deadLetters.kept[0]?.reason, 'thread_down');
});

test('what was not flushed when a link closes is a dead letter', () => {
  const world = new World({ threads: ['a', 'b'] });
  const edge = world.edge('edge/a');
  edge.tell('puppet/b', note('between two ticks'));
  world.dispatcher('a').linkDown('b');
  const { kept } = world.dispatcher('a').snapshot().deadLetters;
  assert.deepEqual(
    kept.map(({ from, to, reason }) => [from, to, reason]),
    [['edge/a', 'puppet/b', 'thread_down']],
  );
});

test('so is an ask that was handed on; one of our own is answered instead', async () => {
  const world = new World({ threads: ['a', 'b', 'c'] });
  const questions: Message[] = [];
  const edge = world.edge('edge/b', (message) => questions.push(message));
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'well?'));
  world.settle();
  for (const question of questions) edge.tell('puppet/c', question);
  const own = edge.ask<Question>('puppet/c', { kind: 'Question', text: 'our own' }, 1_000);
  world.dispatcher('b').linkDown('c');
  assert.equal(lettersOf(world, 'b'), 1);
  assert.deepEqual(await own, { outcome: 'unknown', reason: 'stopped' });
});

test('a reply of any shape that was not flushed is a dead letter too', () => {
  const world = new World({ threads: ['a', 'b'] });
  const questions: Message[] = [];
  const edge = world.edge('edge/b', (message) => questions.push(message));
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2']) ask(ctx, 'edge/b', text);
  });
  world.settle();
  for (const [index, question] of questions.entries()) {
    edge.reply((question as Question).replyTo, [null, 'yes'][index]);
  }
  world.dispatcher('b').linkDown('a');
  assert.equal(lettersOf(world, 'b'), 2);
});

test('a mailbox that is full refuses, and says so', () => {
  const world = new World({ puppet: { mailboxMax: 40 }, limits: { linkWindow: 64 } });
  for (let count = 0; count < 42; count++) world.tell('puppet/a', note(String(count)));
  world.settle();
  assert.equal(world.take().length, 40);
  const { total, kept } = world.dispatcher('a').snapshot().deadLetters;
  assert.deepEqual([total, kept[0]?.reason], [2, 'mailbox_full']);
});

test('the log hears once a second, with how many there were since its last line', () => {
  const world = new World();
  tellFromA(world, 'puppet/x', 5);
  world.advance(999);
  tellFromA(world, 'puppet/x', 1);
  world.advance(1);
  tellFromA(world, 'puppet/x', 1);
  const lines = world.logs.map(([level, text, { to, reason, sinceLastLine }]) => [
    ...[level, text, to, reason, sinceLastLine],
  ]);
  const line = ['warn', 'a message was not delivered', 'puppet/x', 'unknown_address'];
  assert.deepEqual(lines, [
    [...line, 1],
    [...line, 6],
  ]);
});

function tellFromA(world: World, to: Address, count: number): void {
  world.does('puppet/a', (ctx) => {
    for (let number = 1; number <= count; number++) ctx.tell(to, note(String(number)));
  });
  world.settle();
}

function lettersOf(world: World, thread: string): number {
  return world.dispatcher(thread).snapshot().deadLetters.total;
}
