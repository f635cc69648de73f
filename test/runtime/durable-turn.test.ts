// A durable actor's turn: begin, receive each, commit, and only then release. One transaction
// for the batch, and nothing outside knows of it before it is in the file.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { AskFailure } from '../../src/runtime/actor.ts';
import { tempDirectory } from '../temp-directory.ts';
import { note } from './messages.ts';
import {
  type Add,
  type Added,
  committedTotal,
  type Faults,
  type SumOptions,
  sumKind,
  UNKNOWN_AMOUNT,
} from './sum-actor.ts';
import { World } from './world.ts';

test('a batch is one transaction, released when it is in the file', (t) => {
  const { world, steps, path } = aSum(t);
  add(world, 1, 2, 3);
  world.tickOnce();
  assert.equal(committedTotal(path), 0, 'the asks are on their way');
  world.settle();
  assert.deepEqual(steps, ['begin', 'receive 1', 'receive 2', 'receive 3', 'commit']);
  assert.deepEqual(world.take(), ['a hears 1 -> 1', 'a hears 2 -> 3', 'a hears 3 -> 6']);
  assert.equal(committedTotal(path), 6);
});

test('what leaves a turn finds the whole turn on disk', (t) => {
  const onDisk: number[] = [];
  const { world, path } = aSum(t);
  add(world, 4, 5);
  while (world.tickOnce()) {
    if (world.frames.some(({ from }) => from === 'b')) onDisk.push(committedTotal(path));
  }
  assert.deepEqual(onDisk.slice(0, 1), [9], 'when the first answer leaves, both are there');
});

test('each turn has a commit of its own', (t) => {
  const { world, steps } = aSum(t);
  add(world, 1);
  world.settle();
  add(world, 2);
  world.settle();
  assert.deepEqual(steps, ['begin', 'receive 1', 'commit', 'begin', 'receive 2', 'commit']);
});

test('a message that throws is rolled back with its batch, and the others are run again', (t) => {
  const { world, steps, path } = aSum(t);
  add(world, 1, -1, 3);
  world.settle();
  assert.deepEqual(steps, [
    ...['begin', 'receive 1', 'receive -1', 'rollback', 'close', 'open at 0'],
    ...['begin', 'receive 1', 'commit'],
    ...['begin', 'receive -1', 'rollback', 'close', 'open at 1'],
    ...['begin', 'receive 3', 'commit'],
  ]);
  const answers = ['a hears 1 -> 1', 'a hears -1 -> failed (-1 is negative)', 'a hears 3 -> 4'];
  assert.deepEqual(world.take(), answers);
  assert.equal(committedTotal(path), 4);
});

test('a COMMIT that fails releases nothing; alone, its message is the poison', (t) => {
  const { world, steps, path } = aSum(t);
  add(world, 1, UNKNOWN_AMOUNT, 3);
  world.settle();
  assert.deepEqual(steps, [
    ...['begin', 'receive 1', 'receive 100', 'receive 3', 'commit'],
    ...['rollback', 'close', 'open at 0'],
    ...['begin', 'receive 1', 'commit'],
    ...['begin', 'receive 100', 'commit', 'rollback', 'close', 'open at 1'],
    ...['begin', 'receive 3', 'commit'],
  ]);
  const failed = 'a hears 100 -> failed (FOREIGN KEY constraint failed)';
  assert.deepEqual(world.take(), ['a hears 1 -> 1', failed, 'a hears 3 -> 4']);
  assert.equal(committedTotal(path), 4);
});

test('a begin that fails once costs nobody anything', (t) => {
  const { world, steps } = aSum(t, { begin: new Error('locked') });
  add(world, 1, 2);
  world.settle();
  const failed = ['begin', 'rollback', 'close', 'open at 0'];
  const replayed = ['begin', 'receive 1', 'commit', 'begin', 'receive 2', 'commit'];
  assert.deepEqual(steps, [...failed, ...replayed]);
  assert.deepEqual(world.take(), ['a hears 1 -> 1', 'a hears 2 -> 3']);
});

test('after a failed fsync nothing is answered and nothing is run again', (t) => {
  const { world, steps, path } = aSum(t, { commit: diskError() });
  add(world, 1, 2);
  world.settle();
  assert.deepEqual(steps, ['begin', 'receive 1', 'receive 2', 'commit']);
  assert.deepEqual(world.take(), ['process of b is lost: sum/b: disk I/O error']);
  assert.equal(world.dispatcher('b').hasHalted, true);
  assert.deepEqual(
    world.frames.filter(({ from }) => from === 'b'),
    [],
  );
  assert.equal(committedTotal(path), 0);
});

test('a full disk makes poison of no message: nothing is answered, the process ends', (t) => {
  const full = new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
  const { world, path } = aSum(t, { commit: full });
  add(world, 1, 2);
  world.settle();
  assert.deepEqual(world.take(), ['process of b is lost: sum/b: database or disk is full']);
  assert.equal(committedTotal(path), 0);
});

test('an actor that cannot even roll back is built again from the file', (t) => {
  const { world, steps, path } = aSum(t, { rollback: new Error('cannot roll back') });
  add(world, 1, -1);
  world.advance(1_000);
  const rolledBack = ['begin', 'receive 1', 'receive -1', 'rollback', 'close', 'open at 0'];
  assert.deepEqual(steps.slice(0, 6), rolledBack);
  assert.deepEqual(
    world.logs.map(([, text]) => text),
    ['a turn was rolled back', 'an actor did not close cleanly', 'a turn was rolled back'],
  );
  assert.deepEqual(world.take(), ['a hears 1 -> 1', 'a hears -1 -> failed (-1 is negative)']);
  assert.equal(committedTotal(path), 1);
});

test('an actor that is idle for a second is maintained, once, with no transaction open', (t) => {
  const { world, steps } = aSum(t);
  add(world, 1);
  world.advance(999);
  assert.deepEqual(steps, ['begin', 'receive 1', 'commit']);
  world.advance(60_000);
  assert.deepEqual(steps, ['begin', 'receive 1', 'commit', 'maintain, idle']);
});

test('maintenance that fails restarts the actor', (t) => {
  const { world, steps } = aSum(t, { maintain: new Error('checkpoint failed') });
  add(world, 1);
  world.advance(500);
  assert.deepEqual(steps, ['begin', 'receive 1', 'commit', 'close', 'open at 1']);
  assert.deepEqual(world.take(), ['a hears 1 -> 1'], 'the turn itself had ended well');
});

test('maintenance that meets a bad disk ends the process', (t) => {
  const { world } = aSum(t, { maintain: diskError() });
  add(world, 1);
  world.settle();
  assert.deepEqual(world.take(), ['process of b is lost: sum/b: disk I/O error']);
});

test('a file that cannot be read when the actor is created ends the process', (t) => {
  const { world } = aSum(t, {}, (steps) => {
    if (steps.includes('receive -1')) throw diskError();
  });
  add(world, -1);
  world.settle();
  assert.deepEqual(world.take(), ['process of b is lost: sum/b: disk I/O error']);
});

function aSum(t: TestContext, faults: Faults = {}, onOpen?: SumOptions['onOpen']) {
  const path = join(tempDirectory(t), 'sum.db');
  const steps: string[] = [];
  const options = { path, steps, faults, ...(onOpen === undefined ? {} : { onOpen }) };
  const world = new World({
    threads: ['a', 'b'],
    kinds: [sumKind(options)],
    residents: ['sum/b'],
  });
  t.after(() => world.dispatcher('b').abandon());
  steps.length = 0;
  return { world, steps, path };
}

function add(world: World, ...amounts: number[]): void {
  world.does('puppet/a', (ctx) => {
    for (const amount of amounts) {
      const toOwn = (answer: Added | AskFailure) => note(`${amount} -> ${wordOf(answer)}`);
      ctx.ask<Add>('sum/b', { kind: 'Add', amount }, toOwn, 1_000);
    }
  });
}

function wordOf(answer: Added | AskFailure): string {
  if (answer.outcome === 'added') return String(answer.total);
  return answer.outcome === 'failed' ? `failed (${answer.error})` : answer.reason;
}

function diskError(): Error {
  return new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');
}
