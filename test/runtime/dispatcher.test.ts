// A dispatcher as a whole: its ends (in order, at once, as if the power had gone) and its own talk.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempDirectory } from '../temp-directory.ts';
import { FakeDriver, fetch } from './fake-driver.ts';
import { ask, note, type Question } from './messages.ts';
import { type Add, committedTotal, sumKind } from './sum-actor.ts';
import { World } from './world.ts';

test('a thread that stops tells whoever waits for it, its own edges too', async () => {
  const world = new World({ threads: ['a', 'b'], onQuestion: () => undefined });
  const edge = world.edge('edge/b');
  const answer = edge.ask<Question>('puppet/a', { kind: 'Question', text: 'well?' }, 1_000);
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/b', '1'));
  world.settle();
  world.take();
  world.dispatcher('b').stop();
  world.settle();
  assert.deepEqual(await answer, { outcome: 'unknown', reason: 'stopped' });
  assert.deepEqual(world.take(), ['b closed', 'a hears 1: stopped']);
});

test('an ask that still waits in a mailbox when the thread stops is answered', () => {
  const world = new World({
    threads: ['a', 'b'],
    limits: { tickMessagesMax: 1 },
    onQuestion: () => undefined,
  });
  world.does('puppet/a', (ctx) => {
    for (const text of ['in work', 'waiting']) ask(ctx, 'puppet/b', text);
  });
  world.tickOnce();
  world.tickOnce();
  world.dispatcher('b').stop();
  world.settle();
  assert.deepEqual(world.take(), [
    ...['b hears in work', 'b closed'],
    ...['a hears in work: stopped', 'a hears waiting: stopped'],
  ]);
});

test('a thread that has stopped takes and does nothing more', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.does('puppet/b', (ctx) => ctx.after(100, note('timer'), 'key'));
  world.settle();
  world.dispatcher('b').stop();
  world.dispatcher('b').stop();
  world.forget();
  world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note('too late')));
  world.advance(1_000);
  assert.deepEqual(world.take(), []);
  assert.deepEqual(
    world.frames.map(({ from, to }) => [from, to]),
    [['a', 'b']],
  );
});

test('power that goes leaves what was committed, sends nothing and forgets every effect', (t) => {
  const path = join(tempDirectory(t), 'sum.db');
  const steps: string[] = [];
  const driver = new FakeDriver();
  const world = new World({
    threads: ['a', 'b'],
    kinds: [sumKind({ path, steps })],
    residents: ['sum/b'],
    drivers: { Fetch: driver },
  });
  const replyTo = { to: 'puppet/a', correlationId: 0 } as const;
  world.tell<Add>('sum/b', { kind: 'Add', amount: 1, replyTo });
  world.does('puppet/b', (ctx) => ctx.perform(fetch('page'), () => note('fetched'), 1_000));
  world.settle();
  world.forget();
  steps.length = 0;
  world.tell<Add>('sum/b', { kind: 'Add', amount: 2, replyTo });
  world.dispatcher('b').abandon();
  world.settle();
  assert.deepEqual([steps, driver.calls], [['close'], ['start page', 'cancel page']]);
  assert.deepEqual([world.take(), world.frames], [['b closed'], []]);
  assert.equal(committedTotal(path), 1);
  world.cut('a', 'b');
  world.start('b', 2);
  world.settle();
  t.after(() => world.dispatcher('b').abandon());
  assert.deepEqual(steps, ['close', 'open at 1']);
});

test("the dispatchers' own talk reaches the other thread in order with its mail", () => {
  const world = new World({ threads: ['a', 'b'] });
  world.edge('edge/a').tell('edge/b', note('1'));
  world.edge('edge/b', () => world.heard.push('the edge of b hears 1'));
  world.dispatcher('a').sendSystem('b', { kind: 'Drained' });
  world.settle();
  assert.deepEqual(world.take(), ['the edge of b hears 1', 'b hears Drained of thread a']);
});

test('own talk towards a thread that is down is dropped', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.cut('a', 'b');
  world.dispatcher('a').sendSystem('b', { kind: 'Drained' });
  world.join('a', 'b');
  world.settle();
  assert.deepEqual(world.take(), []);
});
