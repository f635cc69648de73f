// The simulation: a run is what its seed says, and a crash loses nothing that was committed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isAskFailure, type LifeEvent } from '../../../src/runtime/actor.ts';
import { Simulation, type SimulationOptions } from '../../../src/runtime/simulation/simulation.ts';
import type { Drivers } from '../../../src/runtime/system.ts';
import { tempDirectory } from '../../temp-directory.ts';
import {
  type GetTotal,
  type Hold,
  type Increment,
  NO_POISON,
  type Total,
  totalOnDisk,
} from '../counter-actor.ts';
import { type Announce, clerkSystem } from './clerk-system.ts';

const START_AT_MS = Date.UTC(2026, 0, 5, 14, 30);

interface World {
  readonly simulation: Simulation;
  readonly path: string;
  /** What the outside has heard. */
  readonly announced: Announce[];
}

type Faults = Pick<
  SimulationOptions<never>,
  'crashBetweenCommitAndRelease' | 'crashPerStep' | 'messageDelayMaxMs'
>;

function createWorld(t: TestContext, seed: string, faults: Faults = {}): World {
  const path = join(tempDirectory(t), 'counter.db');
  const announced: Announce[] = [];
  const simulation = new Simulation({
    seed,
    definition: clerkSystem(path),
    drivers: (env): Drivers => ({
      Announce: {
        start(effect, answer) {
          announced.push(effect as Announce);
          return env.after(env.random() * 20, () => answer({ outcome: 'announced' }));
        },
      },
    }),
    extendContext: (base) => base,
    startAtMs: START_AT_MS,
    ...faults,
  });
  t.after(() => simulation.close());
  return { simulation, path, announced };
}

async function hashOf(t: TestContext, seed: string, faults: Faults): Promise<string> {
  const { simulation } = createWorld(t, seed, faults);
  const edge = simulation.edge('client/0', () => undefined);
  let answers = 0;
  void (async () => {
    for (;;) {
      await edge.ask<GetTotal>('counter/0', { kind: 'GetTotal' }, 100);
      answers++;
      await new Promise<void>((resolve) => edge.after(edge.random() * 30, resolve));
    }
  })();
  await simulation.runFor(1_000);
  assert(answers > 1, `seed ${seed}: the client got ${answers} answers`);
  return simulation.traceHash();
}

const FAULTS: Faults = { crashBetweenCommitAndRelease: 0.01, crashPerStep: 0.0005 };

test('the same seed gives the same trace, with crashes too', async (t) => {
  const first = await hashOf(t, 'seed one', {});
  assert.equal(await hashOf(t, 'seed one', {}), first);
  const crashing = await hashOf(t, 'seed one', FAULTS);
  assert.equal(await hashOf(t, 'seed one', FAULTS), crashing);
  assert.notEqual(crashing, first);
});

test('another seed gives another trace', async (t) => {
  const hashes = [];
  for (const seed of ['1', '2', '3', '4']) hashes.push(await hashOf(t, seed, {}));
  assert.equal(new Set(hashes).size, hashes.length);
});

for (const seed of ['a', 'b', 'c']) {
  test(`what was announced was committed, whatever dies between (seed ${seed})`, async (t) => {
    const faults = { crashBetweenCommitAndRelease: 0.02, crashPerStep: 0.001 };
    const { simulation, path, announced } = createWorld(t, seed, faults);
    await simulation.runFor(5_000);
    assert(simulation.processCrashes > 3, `only ${simulation.processCrashes} crashes`);
    assert(announced.length > 50, `only ${announced.length} announcements`);
    const highest = Math.max(...announced.map(({ total }) => total));
    assert(totalOnDisk(path) >= highest, `${totalOnDisk(path)} on disk, ${highest} announced`);
    assert.equal(new Set(announced.map(({ total }) => total)).size, announced.length);
  });
}

test('a crash between commit and release keeps the commit and says nothing of it', async (t) => {
  const faults = { crashBetweenCommitAndRelease: 1 };
  const { simulation, path } = createWorld(t, 'always', faults);
  const heard: Total[] = [];
  const edge = simulation.edge('client/0', (message) => heard.push(message as Total));
  const command = { kind: 'Increment', by: 5, notify: 'client/0', poison: false } as const;
  const answering: Promise<unknown> = edge.ask<Increment>('counter/0', command, 1_000);
  assert(await simulation.runUntil(() => simulation.processCrashes === 1, 1_000));
  assert.deepEqual(await answering, { outcome: 'unknown', reason: 'stopped' });
  assert(totalOnDisk(path) >= 5);
  assert.deepEqual(heard, []);
});

test('a process that crashed starts again from its files', async (t) => {
  const { simulation, path } = createWorld(t, 'restart');
  await simulation.runFor(200);
  simulation.crashProcess();
  const committed = totalOnDisk(path);
  assert(committed > 0);
  const edge = simulation.edge('client/0', () => undefined);
  let total = 0;
  edge.ask<GetTotal>('counter/0', { kind: 'GetTotal' }, 1_000).then((answer) => {
    if (!isAskFailure(answer)) total = answer.total;
  });
  assert(await simulation.runUntil(() => total > 0, 1_000));
  assert(total >= committed);
});

test('a crashed thread is replaced: asks towards it are unknown, watchers hear', async (t) => {
  const { simulation } = createWorld(t, 'thread');
  const edge = simulation.edge('client/0', () => undefined);
  const lives: LifeEvent['state'][] = [];
  const answers: unknown[] = [];
  edge.watch('counter/0', ({ state }) => lives.push(state));
  edge.ask<Hold>('counter/0', { kind: 'Hold' }, 10_000).then((answer) => answers.push(answer));
  await simulation.runFor(100);
  assert.deepEqual([[...lives], [...answers]], [['up'], []]);
  simulation.crashThread('counters');
  assert(await simulation.runUntil(() => lives.length === 3, 5_000));
  assert.deepEqual([...lives], ['up', 'down', 'up']);
  assert.deepEqual([...answers], [{ outcome: 'unknown', reason: 'stopped' }]);
  const command = { kind: 'Increment', by: 1, ...NO_POISON } as const;
  edge.ask<Increment>('counter/0', command, 1_000).then((answer) => answers.push(answer));
  assert(await simulation.runUntil(() => answers.length === 2, 1_000));
  assert(!isAskFailure(answers[1]));
});

test('time passes only by what happens in it', async (t) => {
  const { simulation } = createWorld(t, 'time');
  assert.equal(simulation.nowMs(), START_AT_MS);
  await simulation.runFor(2_000);
  assert.equal(simulation.nowMs(), START_AT_MS + 2_000);
  assert.equal(await simulation.runUntil(() => false, 5), false);
  assert.equal(simulation.nowMs(), START_AT_MS + 2_005);
});
