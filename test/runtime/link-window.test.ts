// Tells that are on their way over one link, unhandled: past the window `offer` refuses and
// `conflate` keeps the newest, past the backlog a `tell` is a dead letter. Acknowledgements of
// handled tells open it again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '../../src/runtime/actor.ts';
import { type Note, note } from './messages.ts';
import { World, type WorldOptions } from './world.ts';

test('an offer is refused when the window is used up, until tells have been handled', () => {
  const world = aWorld();
  assert.deepEqual(offers(world, 6), [true, true, true, true, false, false]);
  world.tickOnce();
  assert.deepEqual(offers(world, 1), [false], 'they are under way');
  world.settle();
  assert.deepEqual(offers(world, 5), [true, true, true, true, false]);
});

test('handled tells are acknowledged by a frame of their own when no other is under way', () => {
  const world = aWorld();
  offers(world, 4);
  world.settle();
  const [, answer] = world.frames;
  assert.deepEqual([answer?.from, answer?.ack, answer?.messages], ['b', 4, []]);
});

test('few tells are acknowledged with the next frame only', () => {
  const world = aWorld({ limits: { linkWindow: 16 } });
  offers(world, 3);
  world.settle();
  assert.equal(world.frames.length, 1);
  world.does('puppet/b', (ctx) => ctx.tell('puppet/a', note('hello')));
  world.settle();
  assert.deepEqual([world.frames[1]?.ack, world.frames[1]?.messages.length], [3, 1]);
  assert.equal(world.frames.length, 2);
});

test('what a receiver cannot handle holds the window', () => {
  const world = aWorld({ onCreate: failsTheSecondTime() });
  world.does('puppet/b', () => {
    throw new Error('a bug');
  });
  world.settle();
  offers(world, 4);
  world.settle();
  assert.deepEqual(offers(world, 1), [false], 'b waits to be created again');
  world.advance(1_000);
  assert.deepEqual(offers(world, 1), [true]);
});

test('values of one key and receiver replace each other while there is no room', () => {
  const world = aWorld({ residents: ['puppet/b2'] });
  offers(world, 4);
  world.does('puppet/a', (ctx) => {
    ctx.conflate('puppet/b', 'IBM', note('IBM 1'));
    ctx.conflate('puppet/b', 'GE', note('GE 1'));
    ctx.conflate('puppet/b2', 'IBM', note('IBM 1'));
    ctx.conflate('puppet/b', 'IBM', note('IBM 2'));
    ctx.conflate('puppet/b', 'IBM', note('IBM 3'));
  });
  world.tickOnce();
  world.take();
  assert.equal(world.dispatcher('a').snapshot().links[1]?.heldValues, 3);
  world.settle();
  const values = world.take().filter((line) => !line.includes('offer'));
  assert.deepEqual(values, ['b hears IBM 3', 'b hears GE 1', 'b2 hears IBM 1']);
  assert.equal(world.dispatcher('a').snapshot().links[1]?.heldValues, 0);
});

test('values that are merged while there is no room keep what each of them said', () => {
  const world = aWorld();
  offers(world, 4);
  world.does('puppet/a', (ctx) => {
    const both = (older: Note, newer: Note) => note(`${older.text}+${newer.text}`);
    for (const text of ['1', '2', '3']) ctx.conflate('puppet/b', 'IBM', note(text), both);
  });
  world.tickOnce();
  world.take();
  world.settle();
  const values = world.take().filter((line) => !line.includes('offer'));
  assert.deepEqual(values, ['b hears 1+2+3']);
});

test('held values leave as far as there is room, those first that have waited longest', () => {
  const world = aWorld({ limits: { linkWindow: 2, linkBacklogMax: 8 } });
  offers(world, 2);
  world.does('puppet/a', (ctx) => {
    for (const key of ['1', '2', '3']) ctx.conflate('puppet/b', key, note(key));
  });
  world.settle();
  const sent = world.frames
    .filter(({ from }) => from === 'a')
    .map(({ messages }) => messages.length);
  assert.deepEqual(sent, [2, 2, 1]);
  assert.deepEqual(world.take().slice(2), ['b hears 1', 'b hears 2', 'b hears 3']);
});

test('every value is sent while there is room', () => {
  const world = aWorld();
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2']) ctx.conflate('puppet/b', 'IBM', note(text));
  });
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'b hears 2']);
});

test('values for a thread that is down are held, the newest, until it is linked', () => {
  const world = aWorld();
  world.cut('a', 'b');
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2']) ctx.conflate('puppet/b', 'IBM', note(text));
  });
  world.settle();
  assert.deepEqual(world.take(), []);
  world.join('a', 'b');
  world.settle();
  assert.deepEqual(world.take(), ['b hears 2']);
});

test('an offer to a thread that is down is refused', () => {
  const world = aWorld();
  world.cut('a', 'b');
  assert.deepEqual(offers(world, 1), [false]);
  assert.deepEqual(world.dispatcher('a').snapshot().deadLetters.total, 0);
});

test('a tell passes the window, but not the backlog', () => {
  const world = aWorld({ limits: { linkWindow: 2, linkBacklogMax: 4 } });
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2', '3', '4', '5']) ctx.tell('puppet/b', note(text));
  });
  world.settle();
  assert.deepEqual(world.take(), ['b hears 1', 'b hears 2', 'b hears 3', 'b hears 4']);
  const { total, kept } = world.dispatcher('a').snapshot().deadLetters;
  assert.deepEqual([total, kept[0]?.reason], [1, 'backlog_full']);
});

test('more keys than the backlog has room for are dead letters', () => {
  const world = aWorld({ limits: { linkWindow: 2, linkBacklogMax: 2 } });
  world.cut('a', 'b');
  world.does('puppet/a', (ctx) => {
    for (const key of ['1', '2', '3', '1']) ctx.conflate('puppet/b', key, note(key));
  });
  world.settle();
  const { deadLetters, links } = world.dispatcher('a').snapshot();
  assert.deepEqual([deadLetters.total, links[1]?.heldValues], [1, 2]);
});

test('tells that were lost with a thread are counted, and the next link has a whole window', () => {
  const world = aWorld();
  offers(world, 4);
  world.tickOnce();
  world.dispatcher('a').linkDown('b');
  assert.deepEqual(world.dispatcher('a').snapshot().counters, { 'tells.lostWithThread': 4 });
  world.dispatcher('b').linkDown('a');
  world.join('a', 'b');
  assert.deepEqual(offers(world, 5), [true, true, true, true, false]);
});

test('the same windows hold inside a thread', () => {
  const world = aWorld({ residents: ['puppet/a2'] });
  const inWork = 1; // the message whose turn it is was a tell of this thread, too
  assert.deepEqual(offers(world, 5 - inWork, 'puppet/a2'), [true, true, true, false]);
  world.settle();
  assert.deepEqual(offers(world, 1, 'puppet/a2'), [true]);
});

test('a value that had no room inside a thread follows when there is room', () => {
  const world = aWorld({ residents: ['puppet/a2'], limits: { linkWindow: 2 } });
  world.does('puppet/a', (ctx) => {
    for (const text of ['1', '2', '3', '4']) ctx.conflate('puppet/a2', 'IBM', note(text));
  });
  world.settle();
  assert.deepEqual(world.take(), ['a2 hears 1', 'a2 hears 2', 'a2 hears 4']);
});

function aWorld(options: WorldOptions = {}): World {
  return new World({ threads: ['a', 'b'], limits: { linkWindow: 4 }, ...options });
}

/** In one turn of `puppet/a`, run and flushed when this returns; nothing has been delivered. */
function offers(world: World, count: number, to: Address = 'puppet/b'): boolean[] {
  const taken: boolean[] = [];
  world.does('puppet/a', (ctx) => {
    for (let offer = 1; offer <= count; offer++) taken.push(ctx.offer(to, note(`offer ${offer}`)));
  });
  world.dispatcher('a').tick();
  return taken;
}

/** The puppet of thread b cannot be created the second time. */
function failsTheSecondTime(): (key: string) => void {
  let creations = 0;
  return (key) => {
    if (key === 'b' && ++creations === 2) throw new Error('not yet');
  };
}
