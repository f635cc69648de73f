// What an observer is told, and when: around a commit nothing of the turn has left, a frame is seen
// before it is gone, and an effect before its driver and before its performer have it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { kindOfBody, kindOfEnvelope } from '../../src/runtime/envelope.ts';
import type { Observer } from '../../src/runtime/observer.ts';
import type { Packet } from '../../src/runtime/packet.ts';
import { tempDirectory } from '../temp-directory.ts';
import { FakeDriver, fetch } from './fake-driver.ts';
import { type Add, committedTotal, sumKind } from './sum-actor.ts';
import { World } from './world.ts';

test('the steps of a durable turn and of its frames, in their order', (t) => {
  const path = join(tempDirectory(t), 'sum.db');
  const seen: string[] = [];
  const see = (what: string): void => void seen.push(`${what}, ${committedTotal(path)} on disk`);
  const observer = observerThat({
    committing: (address, batch) => see(`committing ${address} ${batch.map(kindOfEnvelope)}`),
    committed: (address, batch) => see(`committed ${address} ${batch.map(kindOfEnvelope)}`),
    posting: (thread, messages) => see(`posting ${kindsIn(messages)} to ${thread}`),
    posted: (thread) => see(`posted to ${thread}`),
  });
  const kinds = [sumKind({ path, steps: [] })];
  const world = new World({ threads: ['a', 'b'], kinds, residents: ['sum/b'], observer });
  seen.length = 0;
  world.does('puppet/a', (ctx) => {
    ctx.ask<Add>('sum/b', { kind: 'Add', amount: 5 }, heard, 1_000);
  });
  world.settle();
  assert.deepEqual(seen, [
    'posting Add to b, 0 on disk',
    'posted to b, 0 on disk',
    'committing sum/b Add, 0 on disk',
    'committed sum/b Add, 5 on disk',
    'posting added to a, 5 on disk',
    'posted to a, 5 on disk',
  ]);
});

test('an effect is started, handed to its driver, and answered', () => {
  const driver = new FakeDriver();
  const seen: string[] = [];
  const observer = observerThat({
    effectStarted: (_address, kind) => seen.push(`started ${kind}, ${driver.calls.length} calls`),
    effectHanded: (_address, { kind }) => seen.push(`handed ${kind}, ${driver.calls.length} calls`),
    effectAnswered: (_address, { kind }, result) => seen.push(`answered ${kind}: ${result}`),
  });
  const world = new World({ drivers: { Fetch: driver }, observer });
  world.does('puppet/a', (ctx) => ctx.perform(fetch('page'), heard, 1_000));
  world.settle();
  driver.answer('page', 'content');
  const expected = ['started Fetch, 0 calls', 'handed Fetch, 1 calls', 'answered Fetch: content'];
  assert.deepEqual(seen, expected);
});

function heard(answer: unknown) {
  return { kind: 'Run', run: () => answer } as const;
}

function kindsIn(messages: readonly Packet[]): string {
  return messages.map(([, , body]) => kindOfBody(body)).join();
}

function observerThat(sees: Partial<Observer>): Observer {
  const nothing = (): void => undefined;
  return {
    ...{ committing: nothing, committed: nothing, turnEnded: nothing, turnFailed: nothing },
    ...{ sent: nothing, posting: nothing, posted: nothing, edgeHeard: nothing },
    ...{ effectStarted: nothing, effectHanded: nothing, effectEnded: nothing },
    ...{ effectAnswered: nothing, diesAfterCommit: () => false },
    ...sees,
  };
}
