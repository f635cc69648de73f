// Runs the tests: all of them, or those whose path contains one of the arguments. Node 20 takes no
// globs, so the files are found here. Prints what each group took.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, execPath, exit, stdout } from 'node:process';
import { text } from 'node:stream/consumers';

const wanted = argv.slice(2);
const files = readdirSync('test', { recursive: true })
  .map((name) => join('test', String(name)))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

// Whole processes and kills run one file at a time, so that they do not take each other's cores. Of
// a proof these stand in test/proof/ itself, and what judges them in its folders.
/** @param {string} name */
const isHeavy = (name) => /^test\/(scenario\/|fault\/|proof\/[^/]+$)/.test(name);
// Of them those that mostly wait, for silence to be noticed and for links to come back, run beside
// the units.
const waiting = /^test\/fault\/(busts|lost-answers|outages|sandbox-faults|sessions|unruly-feed)\./;

const units = { title: 'units', concurrency: 2, files: files.filter((name) => !isHeavy(name)) };
const outages = { title: 'outages', concurrency: 1, files: files.filter((f) => waiting.test(f)) };
const others = {
  title: 'scenarios, faults and proofs',
  concurrency: 1,
  files: files.filter((name) => isHeavy(name) && !waiting.test(name)),
};

/**
 * True when all have passed. What is said meanwhile is kept until `after` has ended.
 * @param {{ title: string, concurrency: number, files: string[] }} group
 * @param {Promise<unknown> | null} [after]
 */
async function run({ title, concurrency, files: some }, after = null) {
  if (some.length === 0) return true;
  const startedAtMs = Date.now();
  const child = spawn(
    execPath,
    [
      ...['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`],
      ...['--test-reporter=spec', ...some],
    ],
    { stdio: ['inherit', after === null ? 'inherit' : 'pipe', 'inherit'] },
  );
  const said = child.stdout === null ? '' : text(child.stdout);
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
  await after;
  stdout.write(`${await said}${title}: ${some.length} files in ${seconds} s\n`);
  return status === 0;
}

const unitsRun = run(units);
const passed = [await run(outages, unitsRun), await unitsRun, await run(others)];
exit(files.length > 0 && passed.every(Boolean) ? 0 : 1);
