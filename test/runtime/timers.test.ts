// Timers: an actor's own, one per key, forgotten with its incarnation; and the heap in which
// everything waits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CallbackTimer, Timers } from '../../src/runtime/timers.ts';
import { note } from './messages.ts';
import { World } from './world.ts';

test('a timer fires once, when its time has come and not before', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => ctx.after(100, note('now'), 'key'));
  world.advance(99);
  assert.deepEqual(world.take(), []);
  world.advance(1);
  assert.deepEqual(world.take(), ['a hears now']);
  world.advance(10_000);
  assert.deepEqual(world.take(), []);
});

test('timers fire in the order of their times, equal ones as they were set', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => {
    for (const [afterMs, text] of [
      [30, '3'],
      [10, '1'],
      [20, '2 a'],
      [20, '2 b'],
      [0, '0'],
    ] as const) {
      ctx.after(afterMs, note(text), text);
    }
  });
  world.advance(30);
  const heard = ['a hears 0', 'a hears 1', 'a hears 2 a', 'a hears 2 b', 'a hears 3'];
  assert.deepEqual(world.take(), heard);
});

test('the same key replaces the earlier timer; another key does not', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => {
    ctx.after(10, note('replaced'), 'key');
    ctx.after(20, note('other'), 'other');
  });
  world.does('puppet/a', (ctx) => ctx.after(30, note('replacing'), 'key'));
  world.settle();
  assert.equal(world.dispatcher('a').snapshot().timers, 3, 'two, and the beat of the reports');
  world.advance(100);
  assert.deepEqual(world.take(), ['a hears other', 'a hears replacing']);
});

test('keys belong to their actor', () => {
  const world = new World({ residents: ['puppet/a2'] });
  world.does('puppet/a', (ctx) => ctx.after(10, note('mine'), 'key'));
  world.does('puppet/a2', (ctx) => ctx.cancelTimer('key'));
  world.advance(10);
  assert.deepEqual(world.take(), ['a hears mine']);
});

test('a cancelled timer is not heard; its key can be used again', () => {
  const world = new World();
  world.does('puppet/a', (ctx) => {
    ctx.after(10, note('cancelled'), 'key');
    ctx.cancelTimer('key');
    ctx.cancelTimer('never set');
  });
  world.advance(20);
  assert.deepEqual(world.take(), []);
  world.does('puppet/a', (ctx) => ctx.after(10, note('again'), 'key'));
  world.advance(20);
  assert.deepEqual(world.take(), ['a hears again']);
});

test('a timer that has fired is still cancelled or replaced while its message waits', () => {
  const world = new World({ puppet: { turnMessagesMax: 1 } });
  world.does('puppet/a', (ctx) => {
    ctx.after(10, note('cancelled'), 'one');
    ctx.after(10, note('replaced'), 'two');
  });
  world.settle();
  world.elapsedMs = 10;
  world.does('puppet/a', (ctx) => {
    ctx.cancelTimer('one');
    ctx.after(10, note('replacing'), 'two');
  });
  world.settle();
  assert.deepEqual(world.take(), []);
  world.advance(10);
  assert.deepEqual(world.take(), ['a hears replacing']);
  assert.equal(world.dispatcher('a').snapshot().actors[0]?.stale, 2);
});

test('timers are forgotten when the actor restarts, also one that has fired and waits', () => {
  const world = new World({ puppet: { turnMessagesMax: 1 } });
  world.does('puppet/a', (ctx) => {
    ctx.after(10, note('fired'), 'one');
    ctx.after(20, note('waits'), 'two');
  });
  world.settle();
  world.elapsedMs = 10;
  world.does('puppet/a', () => {
    throw new Error('a bug');
  });
  world.advance(1_000);
  assert.deepEqual(world.take(), ['a closed', 'a created', 'a closed', 'a created']);
  const [actor] = world.dispatcher('a').snapshot().actors;
  assert.deepEqual([actor?.timers, actor?.stale], [0, 1]);
});

test('a timer set while the actor is created lives', () => {
  const world = new World({
    onCreate: (_key, ctx) => ctx.after(10, note('from the creation'), 'key'),
  });
  world.advance(10);
  assert.deepEqual(world.take(), ['a hears from the creation']);
});

test('the heap fires what is due in order of time and age, whatever was set and cancelled', () => {
  const step = fc.record({ atMs: fc.nat(20), cancels: fc.option(fc.nat(30)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(20), (steps, nowMs) => {
      const timers = new Timers();
      const fired: number[] = [];
      const all = steps.map((_step, number) => new CallbackTimer(() => fired.push(number)));
      const live = new Map<number, number>();
      for (const [number, { atMs, cancels }] of steps.entries()) {
        const timer = all[number];
        if (timer !== undefined) timers.schedule(timer, atMs);
        live.set(number, atMs);
        const cancelled = cancels === null ? undefined : all[cancels];
        if (cancelled !== undefined) timers.cancel(cancelled);
        if (cancels !== null) live.delete(cancels);
      }
      const byTime = [...live].toSorted(([, one], [, other]) => one - other);
      assert.equal(timers.nextAtMs(), byTime[0]?.[1] ?? null);
      timers.fireDue(nowMs);
      const due = byTime.filter(([, atMs]) => atMs <= nowMs).map(([number]) => number);
      assert.deepEqual(fired, due);
      assert.equal(timers.size, live.size - due.length);
    }),
    { numRuns: 200 },
  );
});

test('what a firing timer sets for now waits for the next call', () => {
  const timers = new Timers();
  const fired: string[] = [];
  const second = new CallbackTimer(() => fired.push('second'));
  const first = new CallbackTimer(() => {
    fired.push('first');
    timers.schedule(second, 5);
  });
  timers.schedule(first, 5);
  timers.fireDue(5);
  assert.deepEqual(fired, ['first']);
  timers.fireDue(5);
  assert.deepEqual(fired, ['first', 'second']);
});
