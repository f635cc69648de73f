// The command itself, as `npm run simulate` starts it: its exit code, its report, and a trace that
// can be stepped through.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDirectory } from '../temp-directory.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function simulate(...options: string[]) {
  const command = ['--import', 'tsx', 'proof/simulation/main.ts', ...options];
  return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
}

test('three seeds are green, one of them run twice, and the report says so as JSON', () => {
  const { status, stdout, stderr } = simulate('--seeds', '3', '--first', '71', '--json');
  assert.equal(status, 0, stderr);
  const { seeds, green, repeated, red, perSeed } = JSON.parse(stdout);
  assert.deepEqual([seeds, green, repeated, red], [3, 3, 1, []]);
  assert(perSeed.orders > 0 && perSeed.messages > 0);
});

test('the trace of a seed is the same line for line, however often it is written', (t) => {
  const files = ['a', 'b'].map((name) => join(tempDirectory(t), name));
  for (const file of files) {
    const { status, stderr } = simulate('--seeds', '1', '--first', '72', '--trace', file);
    assert.equal(status, 0, stderr);
  }
  const [one = '', other = ''] = files.map((file) => readFileSync(file, 'utf8'));
  assert.match(one, /^1 \d+ \S+ \S+/);
  assert.equal(one, other);
});

test('what it does not understand is said, and nothing is run', () => {
  for (const [options, sentence] of [
    [['--seeds', 'many'], /--seeds must be a whole number/],
    [['--faults', 'rain'], /--faults rain is none of the presets/],
    [['--trace', 'x'], /one seed is stepped/],
    [['--sees', '1'], /--sees/],
  ] as const) {
    const { status, stderr } = simulate(...options);
    assert.equal(status, 2, stderr);
    assert.match(stderr, sentence);
  }
});
