import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  added,
  cpuTimeIn,
  probeEnvironment,
  readProcess,
  readThreads,
  residentBytes,
  secondsOf,
  subtracted,
} from '../../bench/harness/thread-cpu.ts';

const NO_PROBES = { profileDirectory: null, collectEveryMs: null };

test('user and system time are told apart, whatever the name', () => {
  const stat = '42 (a) b (c) S 7 42 42 0 -1 4194560 1000 0 0 0 150 25 9 9 20 0 11 0 77';
  assert.deepEqual(cpuTimeIn(stat), { userSeconds: 1.5, systemSeconds: 0.25 });
  assert.deepEqual(cpuTimeIn(''), { userSeconds: 0, systemSeconds: 0 });
  const [one, two] = [cpuTimeIn(stat), added(cpuTimeIn(stat), cpuTimeIn(stat))];
  assert.equal(secondsOf(two), 3.5);
  assert.deepEqual(subtracted(two, one), one);
});

test('the threads of a process add up to about the process', { skip: noProc() }, () => {
  for (const untilMs = performance.now() + 200; performance.now() < untilMs; ) Math.sqrt(2);
  const threads = Object.values(readThreads(process.pid, '/nowhere'));
  assert.equal(threads.length, 1); // none has a name, so all are `others`
  const sum = secondsOf(threads.reduce(added));
  assert.ok(sum >= 0.1 && sum <= secondsOf(readProcess(process.pid)) + 0.05, `${sum}`);
  assert.ok((residentBytes(process.pid) ?? 0) > 1_000_000);
});

test('a probed process writes down the names of its threads', { skip: noProc() }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'outcry-probe-'));
  const code = `
    const { Worker } = require('node:worker_threads');
    new Worker('', { eval: true, execArgv: [], workerData: { name: 'gateway-0' } });`;
  const env = { ...process.env, ...probeEnvironment(directory, NO_PROBES) };
  const run = spawnSync(process.execPath, ['-e', code], { env, encoding: 'utf8' });
  const names = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8'));
  rmSync(directory, { recursive: true });
  assert.equal(run.stderr, '');
  assert.deepEqual(names.sort(), ['gateway-0', 'main']);
});

function noProc(): boolean {
  return residentBytes(process.pid) === null;
}
