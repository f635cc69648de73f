// The way in for code that is no actor: it asks and awaits, is asked and replies, and its faults
// cost nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LifeEvent, Message, ReplyTo } from '../../src/runtime/actor.ts';
import { ask, note, type Question } from './messages.ts';
import { START_MS, World, type WorldOptions } from './world.ts';

const WELL = { kind: 'Question', text: 'well?' } as const;
const STOPPED = { outcome: 'unknown', reason: 'stopped' };

test('an ask resolves with the reply, from its own thread and from another', async () => {
  const world = aWorld();
  const edge = world.edge('edge/a');
  const answers = [
    edge.ask<Question>('puppet/a', WELL, 100),
    edge.ask<Question>('puppet/b', WELL, 100),
  ];
  world.settle();
  assert.deepEqual(await Promise.all(answers), ['yes', 'yes']);
});

test('an ask resolves with the reason why there is no reply, whichever it is', async () => {
  const world = aWorld({ puppet: { askWindow: 1 }, onQuestion: () => undefined });
  const edge = world.edge('edge/a');
  const answers = ['puppet/b', 'puppet/b', 'puppet/x', 'puppet/a'].map((to) =>
    edge.ask<Question>(to as 'puppet/b', WELL, 100),
  );
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.settle();
  world.cut('a', 'b');
  answers.push(edge.ask<Question>('puppet/b', WELL, 100));
  assert.deepEqual(await Promise.all(answers), [
    STOPPED,
    { outcome: 'not_delivered', reason: 'busy' },
    { outcome: 'not_delivered', reason: 'unknown_address' },
    STOPPED,
    { outcome: 'not_delivered', reason: 'busy' },
  ]);
});

test('an ask that nobody answers resolves at its deadline', async () => {
  const world = aWorld({ onQuestion: () => undefined });
  const answer = world.edge('edge/a').ask<Question>('puppet/b', WELL, 100);
  world.advance(100);
  assert.deepEqual(await answer, { outcome: 'unknown', reason: 'deadline' });
});

test('an edge hears messages with their sender, in order, and answers asks', () => {
  const world = aWorld();
  const heard: [text: string, from: string][] = [];
  const edge = world.edge('edge/b', (message, from) => {
    const { text, replyTo } = message as Partial<Question>;
    heard.push([String(text), from]);
    if (replyTo !== undefined) edge.reply(replyTo, 'from the edge');
  });
  world.does('puppet/a', (ctx) => {
    ctx.tell('edge/b', note('1'));
    ask(ctx, 'edge/b', '2');
  });
  world.settle();
  assert.deepEqual(heard, [
    ['1', 'puppet/a'],
    ['2', 'puppet/a'],
  ]);
  assert.deepEqual(world.take(), ['a hears 2: from the edge']);
});

test('the end of a tick is told after all of its messages, each tick once', () => {
  const world = aWorld();
  const heard: string[] = [];
  const edge = world.edge('edge/b', (message) =>
    heard.push((message as Message & { text: string }).text),
  );
  edge.onTickEnd(() => heard.push('end'));
  world.settle();
  heard.length = 0;
  world.does('puppet/b', (ctx) => ctx.tell('edge/b', note('from near')));
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2']) ctx.tell('edge/b', note(text));
  });
  world.tickOnce();
  assert.deepEqual(heard, ['1', '2', 'from near', 'end']);
});

test('what an edge does at the end of a tick leaves with that tick', () => {
  const world = aWorld();
  const edge = world.edge('edge/a');
  let isFirst = true;
  edge.onTickEnd(() => {
    if (isFirst) edge.tell('puppet/b', note('at the end'));
    isFirst = false;
  });
  world.dispatcher('a').wake();
  world.tickOnce();
  assert.equal(world.frames.length, 1);
  world.settle();
  assert.deepEqual(world.take(), ['b hears at the end']);
});

test('a listener that throws costs its own message only: the asker hears that it failed', () => {
  const world = aWorld();
  const heard: string[] = [];
  world.edge('edge/b', (message) => {
    const { text } = message as Question;
    if (text === 'bad') throw new Error('cannot');
    heard.push(text);
  });
  world.does('puppet/a', (ctx) => {
    ask(ctx, 'edge/b', 'bad');
    ctx.tell('edge/b', note('bad'));
    ctx.tell('edge/b', note('good'));
  });
  world.settle();
  assert.deepEqual([heard, world.take()], [['good'], ['a hears bad: failed (cannot)']]);
  assert.equal(world.dispatcher('b').snapshot().counters['edges.threw'], 2);
  const [[level, text] = []] = world.logs;
  assert.deepEqual([level, text], ['error', 'an edge failed at Question']);
});

test('an edge that replies and then throws has replied', () => {
  const world = aWorld();
  const edge = world.edge('edge/b', (message) => {
    edge.reply((message as Question).replyTo, 'done');
    throw new Error('after the reply');
  });
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'well?'));
  world.settle();
  assert.deepEqual(world.take(), ['a hears well?: done']);
  assert.deepEqual(world.dispatcher('a').snapshot().counters, {});
});

test('closing answers and settles all asks, and ends timers and watches', async () => {
  const world = aWorld({ onQuestion: () => undefined });
  const heard: unknown[] = [];
  const edge = world.edge('edge/b', (message) => heard.push(message.kind));
  const answer = edge.ask<Question>('puppet/a', WELL, 10_000);
  edge.after(100, () => heard.push('timer'));
  edge.watch('puppet/a', ({ state }) => heard.push(state));
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'well?'));
  world.settle();
  assert.deepEqual(heard.splice(0), ['Question', 'up']);
  edge.close();
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'still there?'));
  world.cut('a', 'b');
  world.join('a', 'b');
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'now?'));
  world.advance(1_000);
  assert.deepEqual(await answer, STOPPED);
  assert.deepEqual(heard, []);
  assert.equal(world.take().at(-1), 'a hears now?: unknown_address');
});

test('a closed edge asks nobody, and what it tells is counted', async () => {
  const world = aWorld();
  const edge = world.edge('edge/a');
  edge.close();
  edge.tell('puppet/a', note('from the closed'));
  const answer = await edge.ask<Question>('puppet/a', WELL, 100);
  world.settle();
  assert.deepEqual([answer, world.take()], [STOPPED, []]);
  assert.equal(world.dispatcher('a').snapshot().counters['edges.usedAfterClose'], 1);
});

test('a second edge takes the place of the first, whose asks are settled', async () => {
  const world = aWorld({ onQuestion: () => undefined });
  const heard: string[] = [];
  const first = world.edge('edge/a', () => heard.push('first'));
  const answer = first.ask<Question>('puppet/b', WELL, 100);
  world.edge('edge/a', () => heard.push('second'));
  first.close();
  world.does('puppet/b', (ctx) => ctx.tell('edge/a', note('who?')));
  world.settle();
  assert.deepEqual([await answer, heard], [STOPPED, ['second']]);
});

test('an edge that hands a reply-to on owes nothing: its close does not answer', () => {
  const held: ReplyTo[] = [];
  const world = aWorld({ onQuestion: ({ replyTo }) => held.push(replyTo) });
  const edge = world.edge('edge/b', (message) => edge.tell('puppet/b', message));
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', 'well?'));
  world.settle();
  edge.close();
  world.does('puppet/b', (ctx) => {
    for (const replyTo of held) ctx.reply(replyTo, 'in its place');
  });
  world.settle();
  assert.deepEqual(world.take(), ['b hears well?', 'a hears well?: in its place']);
});

test('an edge that answers nobody refuses when it owes too many', () => {
  const world = aWorld({ limits: { linkWindow: 4, linkBacklogMax: 4 } });
  world.edge('edge/b');
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2', '3', '4']) ask(ctx, 'edge/b', text, 100);
  });
  world.advance(200);
  world.take();
  world.does('puppet/a', (ctx) => ask(ctx, 'edge/b', '5', 100));
  world.settle();
  assert.deepEqual(world.take(), ['a hears 5: busy']);
});

test('timers run once or are cancelled; the clock and chance are those of the dispatcher', () => {
  const world = aWorld({ random: () => 0.5 });
  const edge = world.edge('edge/a');
  const fired: number[] = [];
  edge.after(100, () => fired.push(edge.nowMs()));
  const cancel = edge.after(100, () => fired.push(0));
  cancel();
  world.advance(1_000);
  assert.deepEqual([fired, edge.random()], [[START_MS + 100], 0.5]);
});

test('an edge watches as actors do', () => {
  const world = aWorld();
  const heard: LifeEvent[] = [];
  world.edge('edge/a').watch('puppet/b', (event) => heard.push(event));
  world.settle();
  world.cut('a', 'b');
  const states = heard.map(({ address, state }) => `${address} ${state}`);
  assert.deepEqual(states, ['puppet/b up', 'puppet/b down']);
});

test('what an edge counts is in the snapshot', () => {
  const world = aWorld();
  const edge = world.edge('edge/a');
  edge.count('requests');
  edge.count('requests', 2);
  assert.deepEqual(world.dispatcher('a').snapshot().counters, { requests: 3 });
});

function aWorld(options: WorldOptions = {}): World {
  return new World({ threads: ['a', 'b'], ...options });
}
