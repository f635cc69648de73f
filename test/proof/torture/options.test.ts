// What the command line of a campaign means, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, readOptions } from '../../../proof/torture/options.ts';

const read = (...args: string[]) => readOptions(args, () => 42);

test('by itself it is 100 cycles without faults and 100 with, from a fresh seed', () => {
  const { cycles, faults, seed, json } = read();
  assert.deepEqual([cycles, faults, seed, json], [100, ['none', 'storm'], 42, false]);
});

test('a preset is one campaign; a seed repeats it', () => {
  const { cycles, faults, seed } = read('--cycles', '3', '--faults', 'flaky', '--seed', '7');
  assert.deepEqual([cycles, faults, seed], [3, ['flaky'], 7]);
});

for (const args of [
  ['--cycles', '0'],
  ['--cycles', 'many'],
  ['--faults', 'rain'],
  ['--seed', '-1'],
  ['--forever'],
]) {
  test(`${args.join(' ')} is refused`, () => assert.throws(() => read(...args), OptionError));
}
