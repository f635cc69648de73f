import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuSecondsIn, peakBytesIn, readUsage } from '../../bench/harness/process-cpu.ts';

test('user and system time are found behind a name with brackets and spaces', () => {
  const stat = '42 (a) b (c) S 7 42 42 0 -1 4194560 1000 0 0 0 150 25 9 9 20 0 11 0 77';
  assert.equal(cpuSecondsIn(stat), 1.75);
  assert.equal(cpuSecondsIn('42 (cut short) S'), null);
});

test('the peak of the resident memory is in bytes', () => {
  assert.equal(peakBytesIn('VmPeak:\t 900 kB\nVmHWM:\t  300 kB\n'), 307_200);
  assert.equal(peakBytesIn('VmPeak:\t 900 kB\n'), null);
});

test('a process that does not exist has no usage', () => {
  assert.equal(readUsage(2 ** 30), null);
});
