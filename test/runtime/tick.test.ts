// A tick: drain, run within bounds, then one frame for each thread that something is to be sent to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/runtime/actor.ts';
import { ask, note } from './messages.ts';
import { START_MS, World } from './world.ts';

test('whatever a tick sends to a thread leaves as one frame, of however many actors', () => {
  const world = new World({ threads: ['a', 'b', 'c'], residents: ['puppet/a2'] });
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b', note('1'));
    ctx.tell('puppet/c', note('2'));
    ask(ctx, 'puppet/b', '3');
  });
  world.does('puppet/a2', (ctx) => ctx.tell('puppet/b', note('4')));
  world.does('puppet/a', (ctx) => ctx.tell('puppet/a2', note('5')));
  world.tickOnce();
  assert.deepEqual(
    world.frames.map(({ from, to, seq, messages }) => [from, to, seq, messages.map(textOf)]),
    [
      ['a', 'b', 1, ['1', '3', '4']],
      ['a', 'c', 1, ['2']],
    ],
  );
});

test('a frame carries the incarnation, a dense sequence and the time it was sent at', () => {
  const world = new World({ threads: ['a', 'b'] });
  for (const text of ['1', '2']) {
    world.advance(10);
    world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note(text)));
    world.settle();
  }
  assert.deepEqual(world.frames, [
    { from: 'a', to: 'b', ...frameOf(1, '1') },
    { from: 'a', to: 'b', ...frameOf(2, '2') },
  ]);
});

test('a tick that has nothing to send sends no frame', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.tell('puppet/a', note('for myself'));
  world.settle();
  assert.deepEqual([world.take(), world.frames], [['a hears for myself'], []]);
});

test('what an actor does for another of its thread happens in the same tick', () => {
  const world = new World({ residents: ['puppet/a2'] });
  world.does('puppet/a', (ctx) => ask(ctx, 'puppet/a2', 'well?'));
  world.tickOnce();
  assert.deepEqual(world.take(), ['a2 hears well?', 'a hears well?: yes']);
});

test('a tick takes a bounded number of messages and leaves the rest to the next', () => {
  const world = new World({ limits: { tickMessagesMax: 2 }, residents: ['puppet/a2'] });
  for (const text of ['1', '2', '3']) world.tell('puppet/a', note(text));
  world.tell('puppet/a2', note('4'));
  const ticks = [];
  while (world.tickOnce()) ticks.push(world.take());
  assert.deepEqual(ticks, [
    ['a hears 1', 'a hears 2'],
    ['a2 hears 4', 'a hears 3'],
  ]);
});

test('a tick that has run too long leaves the rest to the next', () => {
  const world = new World({ limits: { tickMsMax: 5 }, residents: ['puppet/a2'] });
  world.does('puppet/a', () => {
    world.elapsedMs += 5;
  });
  world.tell('puppet/a2', note('late'));
  world.tickOnce();
  assert.deepEqual(world.take(), []);
  world.tickOnce();
  assert.deepEqual(world.take(), ['a2 hears late']);
});

test('a turn takes as many messages as its kind says, and the actors take turns', () => {
  const world = new World({ puppet: { turnMessagesMax: 2 }, residents: ['puppet/a2'] });
  for (const text of ['1', '2', '3']) world.tell('puppet/a', note(text));
  for (const text of ['4', '5', '6']) world.tell('puppet/a2', note(text));
  world.settle();
  const turns = ['a hears 1', 'a hears 2', 'a2 hears 4', 'a2 hears 5', 'a hears 3', 'a2 hears 6'];
  assert.deepEqual(world.take(), turns);
});

test('the clock stands still for a turn and chance comes from the world', () => {
  const draws = [0.25, 0.75];
  const world = new World({ random: () => draws.shift() ?? 0 });
  const seen: number[] = [];
  world.advance(7);
  world.does('puppet/a', (ctx) => {
    seen.push(ctx.nowMs(), ctx.random());
    world.elapsedMs += 100;
    seen.push(ctx.nowMs(), ctx.random());
  });
  world.settle();
  assert.deepEqual(seen, [START_MS + 7, 0.25, START_MS + 7, 0.75]);
});

function textOf([, , body]: readonly unknown[]): string {
  return (body as Message & { readonly text: string }).text;
}

function frameOf(seq: number, text: string) {
  const messages = [['puppet/b', 'puppet/a', note(text)]];
  return { incarnation: 1, seq, sentAtMs: START_MS + seq * 10, ack: 0, messages };
}
