// How long the disk of a directory takes to make a small write durable: no durable order can be
// faster.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Latencies, type LatencySummary } from './histogram.ts';

const WRITES = 200;
const WRITE_BYTES = 4_096;

export function probeDisk(directory: string): LatencySummary {
  const path = join(directory, 'disk-probe');
  const latencies = new Latencies();
  const bytes = Buffer.alloc(WRITE_BYTES, 1);
  const file = openSync(path, 'w');
  try {
    for (let write = 0; write < WRITES; write++) {
      const beganMs = performance.now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      latencies.record(performance.now() - beganMs);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return latencies.summary();
}
