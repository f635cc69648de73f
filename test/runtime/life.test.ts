// Watches: first the present state, then every `down` and `up`, over restarts, closed links and
// new ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '../../src/runtime/actor.ts';
import { note } from './messages.ts';
import { World, type WorldOptions } from './world.ts';

test('a watcher hears the present state first', () => {
  const world = aWorld({ residents: ['puppet/a2'] });
  for (const address of [
    'puppet/a2',
    'puppet/b',
    'puppet/b-none',
    'puppet/a-none',
    'puppet/x',
  ] as const) {
    watch(world, 'puppet/a', address);
  }
  world.settle();
  assert.deepEqual(lives(world).toSorted(), [
    'a hears puppet/a-none down',
    'a hears puppet/a2 up',
    'a hears puppet/b up',
    'a hears puppet/b-none down',
    'a hears puppet/x down',
  ]);
});

test('a restart is heard as down and up, on the same thread and on another', () => {
  const world = aWorld({ residents: ['puppet/b2'] });
  watch(world, 'puppet/a', 'puppet/b');
  watch(world, 'puppet/b2', 'puppet/b');
  world.settle();
  world.take();
  fail(world, 'puppet/b');
  const twice = (who: string) =>
    ['down', 'up', 'down', 'up'].map((is) => `${who} hears puppet/b ${is}`);
  const heard = lives(world);
  assert.deepEqual(
    heard.filter((line) => line.startsWith('a ')),
    twice('a'),
  );
  assert.deepEqual(
    heard.filter((line) => line.startsWith('b2 ')),
    twice('b2'),
  );
});

test('an actor that waits to be created again is down until it is', () => {
  let creations = 0;
  const world = aWorld({
    onCreate(key) {
      if (key === 'b' && ++creations === 2) throw new Error('not yet');
    },
  });
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  world.take();
  world.does('puppet/b', () => {
    if (creations === 1) throw new Error('a bug');
  });
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b down']);
  world.advance(1_000);
  assert.deepEqual(lives(world), ['a hears puppet/b up']);
});

test('a closed link is down, a new one is up again', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  world.cut('a', 'b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b up', 'a hears puppet/b down']);
  world.join('a', 'b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b up']);
});

test('a thread that is replaced is heard as down and up, and watched further', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  world.cut('a', 'b');
  world.start('b', 2);
  world.join('a', 'b');
  world.settle();
  const changes = ['up', 'down', 'up'].map((state) => `a hears puppet/b ${state}`);
  assert.deepEqual(lives(world), changes);
  fail(world, 'puppet/b');
  assert.equal(lives(world).length, 4);
});

test('one who watches before the link is up hears down, then up', () => {
  const world = aWorld();
  world.cut('a', 'b');
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b down']);
  world.join('a', 'b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b up']);
});

test('what stays as it was is not told again, whatever happens to the link', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b-none');
  world.settle();
  for (let round = 0; round < 2; round++) {
    world.cut('a', 'b');
    world.join('a', 'b');
    world.settle();
  }
  assert.deepEqual(lives(world), ['a hears puppet/b-none down']);
});

test('a link that closes before the other thread has told is down', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b');
  world.dispatcher('a').tick();
  world.dispatcher('a').linkDown('b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b down']);
});

test('a second watcher of an address hears its state too, and each change is sent once', () => {
  const world = aWorld({ residents: ['puppet/a2'] });
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  watch(world, 'puppet/a2', 'puppet/b');
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b up', 'a2 hears puppet/b up']);
  world.frames.length = 0;
  fail(world, 'puppet/b');
  const sent = world.frames.filter(({ from }) => from === 'b').flatMap(({ messages }) => messages);
  assert.equal(sent.length, 4);
  assert.equal(lives(world).length, 8);
});

test("a watch is forgotten with the watcher's incarnation", () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  fail(world, 'puppet/a');
  world.take();
  fail(world, 'puppet/b');
  assert.deepEqual(lives(world), []);
});

test('an edge is up while it is open', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'edge/b');
  world.settle();
  const edge = world.edge('edge/b');
  world.settle();
  edge.close();
  world.settle();
  const changes = ['down', 'up', 'down'].map((state) => `a hears edge/b ${state}`);
  assert.deepEqual(lives(world), changes);
});

test('actors go down when their thread stops, before the link does', () => {
  const world = aWorld();
  watch(world, 'puppet/a', 'puppet/b');
  world.settle();
  world.dispatcher('b').stop();
  world.settle();
  assert.deepEqual(lives(world), ['a hears puppet/b up', 'a hears puppet/b down']);
});

function aWorld(options: WorldOptions = {}): World {
  return new World({ threads: ['a', 'b'], ...options });
}

function watch(world: World, watcher: Address, address: Address): void {
  world.does(watcher, (ctx) => ctx.watch(address, ({ state }) => note(`${address} ${state}`)));
}

function fail(world: World, address: Address): void {
  world.does(address, () => {
    throw new Error('a bug');
  });
  world.settle();
}

function lives(world: World): string[] {
  return world.take().filter((line) => line.includes('hears'));
}
