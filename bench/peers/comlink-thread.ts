// One end of the comlink peer: exposes an echo on a port, or calls the one at the port's other end.
import { type MessagePort, parentPort } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import { endpointOf } from '../../src/runtime/threads/comlink-endpoint.ts';
import { Latencies } from '../harness/histogram.ts';
import type { CallsRun } from './calls.ts';

interface Ask {
  readonly kind: 'Ask';
  readonly seq: number;
}

const echo = {
  ask: ({ seq }: Ask) => ({ seq, turn: 0 }),
};

const thread = {
  answerOn(port: MessagePort): void {
    expose(echo, endpointOf(port));
  },

  async callOn(port: MessagePort, count: number, atOnce: number): Promise<CallsRun> {
    const remote = wrap<typeof echo>(endpointOf(port));
    const latencies = new Latencies();
    let asked = 0;
    const callAgain = async (): Promise<void> => {
      while (asked < count) {
        const seq = asked++;
        const sentMs = performance.now();
        const answer = await remote.ask({ kind: 'Ask', seq });
        latencies.record(performance.now() - sentMs);
        if (answer.seq !== seq) throw new Error(`${answer.seq} was answered to ${seq}`);
      }
    };
    const beganMs = performance.now();
    await Promise.all(Array.from({ length: atOnce }, callAgain));
    const seconds = (performance.now() - beganMs) / 1_000;
    port.close();
    return { seconds, latency: latencies.summary() };
  },
};

export type ComlinkThread = typeof thread;

if (parentPort === null) throw new Error('this is the code of a worker thread');
expose(thread, endpointOf(parentPort));
