// How long a small request takes beside the streams: one every 100 ms, whatever became of the one
// before, so that a server whose loop is starved shows it.
import { Latencies, type LatencySummary } from '../harness/histogram.ts';
import type { Target } from '../harness/raw-http.ts';

export interface ProbeReport {
  /** From the intended send time; a request that was given up counts with its whole time. */
  readonly latency: LatencySummary;
  readonly failed: number;
}

const EVERY_MS = 100;
const GIVE_UP_MS = 5_000;

export class RequestProbe {
  readonly #url: string;
  readonly #latencies = new Latencies();
  #timer: NodeJS.Timeout;
  readonly #asked: Promise<void>[] = [];
  readonly #beganMs = performance.now();
  #failed = 0;

  constructor({ host, port }: Target, path: string) {
    this.#url = `http://${host}:${port}${path}`;
    this.#timer = setTimeout(() => this.#askDue(), EVERY_MS);
  }

  async end(): Promise<ProbeReport> {
    clearTimeout(this.#timer);
    await Promise.all(this.#asked);
    return { latency: this.#latencies.summary(), failed: this.#failed };
  }

  /**
   * Also what should have been asked while this process had no CPU. An interval would do for this,
   * but it drifts, and its lateness would be taken for the server's.
   */
  #askDue(): void {
    for (;;) {
      const dueMs = this.#beganMs + (this.#asked.length + 1) * EVERY_MS;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#askDue(), Math.ceil(waitMs));
        return;
      }
      this.#asked.push(this.#ask(dueMs));
    }
  }

  async #ask(dueMs: number): Promise<void> {
    try {
      const response = await fetch(this.#url, { signal: AbortSignal.timeout(GIVE_UP_MS) });
      await response.arrayBuffer();
    } catch {
      this.#failed++; // counted, and timed like the others
    }
    this.#latencies.record(performance.now() - dueMs);
  }
}
