import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AllOptions, inRunningOrder, runAll, summaryTable } from '../../bench/all.ts';

/** Fake benches, as programs for `node -e`; the path of the record is their argument. */
const FAKES: Readonly<Record<string, string>> = {
  good: 'require("fs").writeFileSync(process.argv[1], "{}")',
  lossy: 'require("fs").writeFileSync(process.argv[1], "{}"); process.exitCode = 1',
  broken: 'process.exit(7)',
  killed: 'process.kill(process.pid, "SIGKILL")',
  // Like a bench: stops what it started when it is told to, and then ends with 130.
  long: `const wait = setInterval(() => undefined, 1000);
    process.once("SIGTERM", () => { clearInterval(wait); process.exitCode = 130; });
    require("fs").writeFileSync(process.argv[1], "{}");`,
};

test('each bench runs, also after one that failed, and the outcomes are told', async (t) => {
  const names = ['broken', 'good', 'killed', 'lossy'];
  const { options, told } = optionsOf(t, names);
  const runs = await runAll(options);
  assert.deepEqual(
    runs.map(({ name, outcome, how, jsonFile }) => [name, outcome, how, jsonFile !== null]),
    [
      ['broken', 'failed', 'exit code 7', false],
      ['good', 'completed', 'exit code 0', true],
      ['killed', 'failed', 'SIGKILL', false],
      ['lossy', 'failed', 'exit code 1', true],
    ],
  );
  assert(told.includes('2 of 4: good'));
  const { rows } = summaryTable(names, runs);
  assert.deepEqual(
    rows.map((row) => [row[0], row[1], row[4]]),
    [
      ['broken', 'failed', 'none was written'],
      ['good', 'completed', join(options.folder, 'good.json')],
      ['killed', 'failed', 'none was written'],
      ['lossy', 'failed', join(options.folder, 'lossy.json')],
    ],
  );
});

test('an older record of a bench that wrote none is not taken for a new one', async (t) => {
  const { options } = optionsOf(t, ['broken']);
  writeFileSync(join(options.folder, 'broken.json'), '{}');
  const [run] = await runAll(options);
  assert.equal(run?.jsonFile, null);
});

test('an interruption stops the bench that runs, and those after it are not begun', async (t) => {
  const stop = new AbortController();
  const names = ['good', 'long', 'lossy'];
  const { options } = optionsOf(t, names, stop.signal);
  const begun = (async () => {
    while (!existsSync(join(options.folder, 'long.json'))) await sleep(10);
    stop.abort();
  })();
  const [runs] = await Promise.all([runAll(options), begun]);
  assert.deepEqual(
    runs.map(({ name, outcome, how }) => [name, outcome, how]),
    [
      ['good', 'completed', 'exit code 0'],
      ['long', 'interrupted', 'exit code 130'],
    ],
  );
  assert.deepEqual(summaryTable(names, runs).rows.at(-1), ['lossy', 'not run', '', null, '']);
});

test('benches run in one order, unknown ones last', () => {
  const names = ['lookup', 'extra', 'smoke', 'runtime', 'orders'];
  assert.deepEqual(inRunningOrder(names), ['runtime', 'orders', 'smoke', 'lookup', 'extra']);
});

function optionsOf(
  t: TestContext,
  names: readonly string[],
  signal = new AbortController().signal,
): { readonly options: AllOptions; readonly told: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'outcry-all-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const told: string[] = [];
  const options = {
    ...{ names, folder, signal },
    argumentsOf: (name: string, jsonFile: string) => ['-e', FAKES[name] ?? '', jsonFile],
    progress: (text: string): void => void told.push(text),
  };
  return { options, told };
}
