// Between one sender and one receiver messages arrive in order and at most once, whatever the
// ticks and turns cut them into.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Address } from '../../src/runtime/actor.ts';
import type { Appetite } from '../../src/runtime/observer.ts';
import { ask, note } from './messages.ts';
import { World } from './world.ts';

const RESIDENTS: Address[] = ['puppet/a2', 'puppet/b2'];
const ALL: Address[] = ['puppet/a', 'puppet/a2', 'puppet/b', 'puppet/b2'];

test('tells, asks and offers of one turn arrive in the order in which they were said', () => {
  const world = new World({ threads: ['a', 'b'] });
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b', note('1'));
    ask(ctx, 'puppet/b', '2');
    ctx.offer('puppet/b', note('3'));
    ctx.conflate('puppet/b', 'price', note('4'));
    ctx.tell('puppet/b', note('5'));
  });
  world.settle();
  const heardByB = ['b hears 1', 'b hears 2', 'b hears 3', 'b hears 4', 'b hears 5'];
  assert.deepEqual(world.take(), [...heardByB, 'a hears 2: yes']);
});

test('every pair keeps its order under any appetite, on one thread and between two', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(6)), (chances) => {
      const heardInOrder = heardUnder(appetiteFrom(chances));
      for (const [pair, numbers] of heardInOrder) {
        assert.deepEqual(numbers, [...Array(20).keys()], pair);
      }
      assert.equal(heardInOrder.size, ALL.length * ALL.length);
    }),
    { numRuns: 30 },
  );
});

test('a message that is run again after a failed turn keeps its place', () => {
  const world = new World({ threads: ['a', 'b'] });
  let attempts = 0;
  world.does('puppet/a', (ctx) => {
    ctx.tell('puppet/b', note('1'));
    if (attempts++ === 0) throw new Error('the first time');
  });
  world.does('puppet/a', (ctx) => ctx.tell('puppet/b', note('2')));
  world.settle();
  assert.deepEqual(world.take(), ['a closed', 'a created', 'b hears 1', 'b hears 2']);
});

/** Everybody sends everybody, himself too, twenty numbers, in several turns. */
function heardUnder(appetite: Appetite): Map<string, number[]> {
  const world = new World({ threads: ['a', 'b'], residents: RESIDENTS, appetite });
  for (let number = 0; number < 20; number++) {
    for (const from of ALL) {
      world.does(from, (ctx) => {
        for (const to of ALL) ctx.tell(to, note(`${from} ${number}`));
      });
    }
  }
  world.settle();
  const numbersOf = new Map<string, number[]>();
  for (const line of world.take()) {
    const [, to, from, number] = /^(\S+) hears (\S+) (\d+)$/.exec(line) ?? [];
    const pair = `${from} to ${to}`;
    numbersOf.set(pair, [...(numbersOf.get(pair) ?? []), Number(number)]);
  }
  return numbersOf;
}

function appetiteFrom(chances: Iterator<number>): Appetite {
  const upTo = (max: number): number => 1 + (Number(chances.next().value) % max);
  return { tickMessages: upTo, turnMessages: upTo, pick: (runnable) => upTo(runnable || 1) - 1 };
}
