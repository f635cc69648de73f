import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { readCommandLine, UsageError } from '../../bench/options.ts';

const NAMES = ['runtime', 'smoke', 'prices', 'all', 'report'];

test('a name and its options', () => {
  const plain = readCommandLine(['smoke'], NAMES);
  assert.deepEqual(plain, { name: 'smoke', jsonFile: null, quick: false, full: false, more: {} });
  const all = readCommandLine(['--quick', 'runtime', '--json', 'out.json'], NAMES);
  assert.deepEqual(all, {
    name: 'runtime',
    jsonFile: 'out.json',
    quick: true,
    full: false,
    more: {},
  });
  const { more } = readCommandLine(['prices', '--scene', 'crowd', '--clients', '50'], NAMES);
  assert.deepEqual({ ...more }, { scene: 'crowd', clients: '50' });
});

const REFUSED: [args: string[], says: RegExp][] = [
  [[], /Which bench\? npm run bench -- runtime\|smoke/],
  [['smok'], /There is no bench "smok"/],
  [['toString'], /There is no bench "toString"/],
  [['smoke', 'runtime'], /One bench at a time/],
  [['smoke', '--fast'], /--fast/],
  [['smoke', '--clients', '5'], /--clients is for prices only/],
  [['smoke', '--json'], /--json/],
  [['smoke', '--json', ''], /--json needs the name of a file/],
  [['all', '--json', 'out.json'], /--json is for one bench/],
  [['report', '--json', 'out.json'], /--json is for one bench/],
  [['report', '--quick'], /report runs nothing/],
  [['all', '--quick', '--full'], /--quick or --full, not both/],
];

for (const [args, says] of REFUSED) {
  test(`"${args.join(' ')}" is refused with a sentence`, () => {
    assert.throws(
      () => readCommandLine(args, NAMES),
      (error) => error instanceof UsageError && says.test(error.message),
    );
  });
}

test('the command itself says it in one line and ends with 1', () => {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', 'fastest'], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 1);
  assert.match(run.stderr, /^There is no bench "fastest"\..*\n$/);
  assert.equal(run.stdout, '');
});
