// What the disk itself takes to make a write durable: at the end of a file that grows, which the
// file system has to write down too, and over what is there.
import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToSignals } from 'node:timers/promises';
import { Latencies, type LatencySummary } from '../harness/histogram.ts';

export interface DiskSyncs {
  readonly bytes: number;
  readonly place: 'appended' | 'overwritten';
  readonly latency: LatencySummary;
}

export interface DiskTerms {
  readonly directory: string;
  readonly bytesEach: readonly number[];
  readonly writes: number;
  readonly signal: AbortSignal;
}

export async function measureSyncs(terms: DiskTerms): Promise<DiskSyncs[]> {
  const { directory, bytesEach, writes, signal } = terms;
  const path = join(directory, 'syncs');
  const measured: DiskSyncs[] = [];
  for (const bytes of bytesEach) {
    const file = openSync(path, 'w');
    try {
      for (const place of ['appended', 'overwritten'] as const) {
        fsyncSync(file); // what is there is there, and nothing else waits
        const latency = await syncsOf(file, Buffer.alloc(bytes, 1), writes, signal);
        measured.push({ bytes, place, latency });
      }
    } finally {
      closeSync(file);
      rmSync(path);
    }
  }
  return measured;
}

/** From the beginning of the file: over what the round before has written, if there was one. */
async function syncsOf(file: number, bytes: Buffer, writes: number, signal: AbortSignal) {
  const latencies = new Latencies();
  for (let write = 0; write < writes; write++) {
    writeSync(file, bytes, 0, bytes.length, write * bytes.length);
    const beganMs = performance.now();
    fdatasyncSync(file);
    latencies.record(performance.now() - beganMs);
    await yieldToSignals();
    signal.throwIfAborted();
  }
  return latencies.summary();
}
