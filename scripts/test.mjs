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

// Whole processes and kills run apart, so that they do not take each other's cores. Of a proof
// these stand in test/proof/ itself, and what judges them in its folders. Where time is simulated
// there is no hurry: mutants and simulations are like units.
/** @param {string} name */
const isHeavy = (name) =>
  /^test\/(scenario\/|fault\/|proof\/[^/]+$)/.test(name) && !/\/(mutants|simulate)\./.test(name);
// Of them those that mostly wait, for silence to be noticed, for links to come back or for a
// session to end, run beside the units.
const WAITING = [
  ...['busts', 'lost-answers', 'outages', 'sandbox-faults', 'sessions', 'unruly-feed'].map(
    (name) => `test/fault/${name}.test.ts`,
  ),
  'test/scenario/portfolio-history.test.ts',
];
/** @param {string} name */
const waits = (name) => WAITING.includes(name);
// Those that put a load on both cores run one at a time; the rest, of a few orders each, beside
// them.
const LOADED = [
  ...['kill-broker', 'kill-switch', 'storm', 'stream-chaos'].map((name) => `fault/${name}`),
  ...['crash-points', 'sync-trace', 'torture'].map((name) => `proof/${name}`),
  'scenario/many-at-once',
].map((name) => `test/${name}.test.ts`);
/** @param {string} name */
const isLoaded = (name) => LOADED.includes(name);

const units = { title: 'units', concurrency: 2, files: files.filter((name) => !isHeavy(name)) };
const waiting = { title: 'what waits', concurrency: 1, files: files.filter(waits) };
const loaded = { title: 'under load', concurrency: 1, files: files.filter(isLoaded) };
const others = {
  title: 'scenarios and faults',
  concurrency: 1,
  files: files.filter((name) => isHeavy(name) && !waits(name) && !isLoaded(name)),
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

/**
 * Both at once; what `other` says comes after.
 * @param {Parameters<typeof run>[0]} group
 * @param {Parameters<typeof run>[0]} other
 */
async function runBeside(group, other) {
  const first = group.files.length === 0 ? null : run(group);
  const second = run(other, first);
  return (await (first ?? true)) && (await second);
}

const passed = [await runBeside(units, waiting), await runBeside(loaded, others)];
exit(files.length > 0 && passed.every(Boolean) ? 0 : 1);
