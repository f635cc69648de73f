// Threads with real workers: started, linked with each other, replaced when they die, stopped in
// order.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AskFailure, isAskFailure, type LifeEvent } from '../../../src/runtime/actor.ts';
import type { Edge } from '../../../src/runtime/edge.ts';
import { ThreadSupervisor } from '../../../src/runtime/threads/thread-supervisor.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { type GetTotal, type Increment, NO_POISON, totalOnDisk } from '../counter-actor.ts';
import { waitUntil } from '../wait-until.ts';
import {
  type Block,
  type Echo,
  type Ignore,
  type Relay,
  type TestData,
  testSystem,
} from './system.ts';

const ASK_MS = 5_000;
const ENTRY = new URL('./entry.ts', import.meta.url);

interface Rig {
  readonly supervisor: ThreadSupervisor;
  readonly edge: Edge;
  readonly fatal: string[];
  readonly ups: string[];
  readonly path: string;
}

async function startRig(t: TestContext, data: Partial<TestData> = {}): Promise<Rig> {
  const path = join(tempDirectory(t), 'counter.db');
  const fatal: string[] = [];
  const ups: string[] = [];
  const threadData: TestData = { path, ...data };
  const supervisor = new ThreadSupervisor({
    definition: testSystem(threadData),
    threads: ['one', 'two'].map((name) => ({ name, entry: ENTRY, data: threadData })),
    log: () => undefined,
    onFatal: (reason) => fatal.push(reason),
    onThreadUp: (name) => ups.push(name),
  });
  t.after(() => supervisor.stop(ASK_MS));
  const edge = supervisor.edge('main/0', () => undefined);
  const reports = await supervisor.start();
  assert.deepEqual([...reports.keys()].sort(), ['one', 'two']);
  return { supervisor, edge, fatal, ups, path };
}

function echo(edge: Edge, thread: string, text: string) {
  return edge.ask<Echo>(`echo/${thread}`, { kind: 'Echo', text }, ASK_MS);
}

test('threads answer main and each other over ports of their own', async (t) => {
  const { edge, supervisor } = await startRig(t);
  assert.deepEqual(await echo(edge, 'one', 'hello'), { outcome: 'echoed', text: 'echo/one hello' });
  const relayed = await edge.ask<Relay>('echo/one', { kind: 'Relay', text: 'on' }, ASK_MS);
  assert.deepEqual(relayed, { outcome: 'echoed', text: 'echo/two on' });
  assert.deepEqual(await supervisor.health('two').then(({ name }) => name), 'two');
  assert.deepEqual(
    supervisor.status().map(({ name, state, isReady }) => [name, state, isReady]),
    [
      ['one', 'up', true],
      ['two', 'up', true],
    ],
  );
});

for (const how of ['throw', 'terminate'] as const) {
  test(`a thread dead by ${how} is replaced and linked again, its file is whole`, async (t) => {
    const { edge, supervisor, fatal, path, ups } = await startRig(t);
    const lives: LifeEvent['state'][] = [];
    edge.watch('counter/0', ({ state }) => lives.push(state));
    const command = { kind: 'Increment', by: 3, ...NO_POISON } as const;
    assert.deepEqual(await edge.ask<Increment>('counter/0', command, ASK_MS), {
      outcome: 'counted',
      total: 3,
    });
    await supervisor.crash('one', how);
    await waitUntil(() => ups.length === 3);
    const total = await edge.ask<GetTotal>('counter/0', { kind: 'GetTotal' }, ASK_MS);
    assert.deepEqual(total, { outcome: 'total', total: 3 });
    const relayed = await edge.ask<Relay>('echo/two', { kind: 'Relay', text: 'back' }, ASK_MS);
    assert.deepEqual(relayed, { outcome: 'echoed', text: 'echo/one back' });
    await waitUntil(() => lives.length === 3);
    assert.deepEqual(lives, ['up', 'down', 'up']);
    assert.deepEqual(fatal, []);
    assert.equal(totalOnDisk(path), 3);
  });
}

test('asks towards a dying thread are answered unknown, and busy while it is away', async (t) => {
  const { edge, supervisor } = await startRig(t);
  const ignored = edge.ask<Ignore>('echo/one', { kind: 'Ignore' }, ASK_MS);
  assert.deepEqual(await echo(edge, 'one', 'first'), { outcome: 'echoed', text: 'echo/one first' });
  const whileAway: Promise<unknown>[] = [];
  edge.watch('echo/one', ({ state }) => {
    if (state === 'down') whileAway.push(echo(edge, 'one', 'nobody'));
  });
  await supervisor.crash('one', 'throw');
  assert.deepEqual(await ignored, { outcome: 'unknown', reason: 'stopped' } satisfies AskFailure);
  assert.deepEqual(await Promise.all(whileAway), [{ outcome: 'not_delivered', reason: 'busy' }]);
});

test('a thread that fails too often is fatal', async (t) => {
  const { supervisor, fatal, ups } = await startRig(t);
  for (let crashes = 1; fatal.length === 0; crashes++) {
    await supervisor.crash('two', 'throw');
    await waitUntil(() => ups.length === 2 + crashes || fatal.length > 0);
  }
  assert.equal(fatal.length, 1);
  assert.match(fatal[0] ?? '', /two failed too often, last of .*told to crash/s);
  assert.equal(ups.length, 5, 'three replacements came up, the fourth was not tried');
});

/** Starts a system whose counter cannot be created, and waits for the supervisor to give up. */
async function reasonToGiveUp(t: TestContext, createFails: string): Promise<string> {
  const path = join(tempDirectory(t), 'counter.db');
  const data: TestData = { path, createFails, limits: { restartsMax: 1 } };
  const fatal: string[] = [];
  const supervisor = new ThreadSupervisor({
    definition: testSystem(data),
    threads: ['one', 'two'].map((name) => ({ name, entry: ENTRY, data })),
    log: () => undefined,
    onFatal: (reason) => fatal.push(reason),
  });
  t.after(() => supervisor.stop(ASK_MS));
  supervisor.start().catch(() => undefined); // ready or not, depending on who is quicker
  await waitUntil(() => fatal.length > 0);
  assert.equal(fatal.length, 1);
  return fatal[0] ?? '';
}

test('an actor in a crash loop takes its thread down, and in the end the process', async (t) => {
  const reason = await reasonToGiveUp(t, 'NO_REASON');
  assert.match(reason, /thread one failed too often, last of .*counter\/0 failed too often/s);
});

test('a disk that fails ends the process at once', async (t) => {
  const reason = await reasonToGiveUp(t, 'SQLITE_IOERR_FSYNC');
  assert.match(reason, /^thread one: counter\/0: cannot be created$/);
});

test('a thread that says nothing any more is first not ready, then fatal', async (t) => {
  const silence = { silentThreadUnreadyMs: 1_000, silentThreadExitMs: 2_000 };
  const { supervisor, edge, fatal } = await startRig(t, { limits: silence });
  edge.tell<Block>('echo/two', { kind: 'Block' });
  await waitUntil(() => supervisor.status().some(({ isReady }) => !isReady));
  assert.deepEqual(
    supervisor.status().map(({ name, state, isReady }) => [name, state, isReady]),
    [
      ['one', 'up', true],
      ['two', 'up', false],
    ],
  );
  await waitUntil(() => fatal.length > 0);
  assert.match(fatal[0] ?? '', /thread two has been silent for \d+ ms/);
  await supervisor.crash('two', 'terminate');
});

test('a thread drains and runs its exit hooks when it is stopped', async (t) => {
  const directory = tempDirectory(t);
  const marks = { drained: join(directory, 'drained'), ended: join(directory, 'ended') };
  const { supervisor } = await startRig(t, { marks });
  await supervisor.drain('one');
  assert.deepEqual([existsSync(marks.drained), existsSync(marks.ended)], [true, false]);
  await supervisor.stop(ASK_MS);
  assert.equal(existsSync(marks.ended), true);
});

test('an uncaught throw runs the exit hooks too', async (t) => {
  const directory = tempDirectory(t);
  const marks = { drained: join(directory, 'drained'), ended: join(directory, 'ended') };
  const { supervisor } = await startRig(t, { marks });
  await supervisor.crash('two', 'throw');
  assert.deepEqual([existsSync(marks.drained), existsSync(marks.ended)], [false, true]);
});

test('snapshots of every thread reach main', async (t) => {
  const { supervisor } = await startRig(t);
  await waitUntil(() => supervisor.snapshots().size === 3);
  const one = supervisor.snapshots().get('one');
  assert.deepEqual(
    one?.actors.map(({ address, state }) => [address, state]),
    [
      ['echo/one', 'up'],
      ['counter/0', 'up'],
    ],
  );
  assert.deepEqual(
    one?.links.map(({ thread, up }) => [thread, up]),
    [
      ['one', true],
      ['main', true],
      ['two', true],
    ],
  );
});

test('a stop ends every thread and answers what is still open', async (t) => {
  const { supervisor, edge } = await startRig(t);
  const ignored = edge.ask<Ignore>('echo/two', { kind: 'Ignore' }, ASK_MS);
  await echo(edge, 'two', 'the ignored one has arrived');
  await supervisor.stop(ASK_MS);
  const answer: unknown = await ignored;
  assert(isAskFailure(answer));
  assert.deepEqual(answer, { outcome: 'unknown', reason: 'stopped' });
  assert.deepEqual(
    supervisor.status().map(({ state }) => state),
    ['stopped', 'stopped'],
  );
});
