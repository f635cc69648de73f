// Runs the tests: all of them, or those whose path contains one of the arguments. Node 20 takes no
// globs, so the files are found here. Prints what each group took.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, execPath, exit, stdout } from 'node:process';

const wanted = argv.slice(2);
const files = readdirSync('test', { recursive: true })
  .map((name) => join('test', String(name)))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

// Whole processes and kills run one file at a time, so that they do not take each other's cores.
/** @param {string} name */
const isHeavy = (name) => /^test\/(scenario|fault|proof)\//.test(name);
const groups = [
  { title: 'units', files: files.filter((name) => !isHeavy(name)), concurrency: 2 },
  { title: 'scenarios, faults and proofs', files: files.filter(isHeavy), concurrency: 1 },
];

let failed = files.length === 0;
for (const { title, files: some, concurrency } of groups) {
  if (some.length === 0) continue;
  const startedAtMs = Date.now();
  const options = [
    '--import',
    'tsx',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
  ];
  const { status } = spawnSync(execPath, [...options, ...some], { stdio: 'inherit' });
  const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
  stdout.write(`${title}: ${some.length} files in ${seconds} s\n`);
  failed ||= status !== 0;
}
exit(failed ? 1 : 0);
