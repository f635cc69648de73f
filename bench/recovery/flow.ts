// The order flow beside what recovers: connected first, begun when it is wanted, and ended with
// what came back.
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../harness/abortable.ts';
import type { PricedSymbol } from '../harness/api.ts';
import type { BenchUser } from '../harness/broker-process.ts';
import type { Target } from '../harness/raw-http.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { FlowReport } from '../load/protocol.ts';
import { FLOW, FULL_MIX } from '../orders/scenes.ts';

export interface FlowTerms {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly outcomesFile: string;
  readonly seed: number;
}

export interface FlowPlace {
  readonly target: Target;
  readonly users: readonly BenchUser[];
  readonly symbols: readonly PricedSymbol[];
}

const WARM_UP_SECONDS = 1;
const CONNECTIONS = 64;

export class Flow {
  readonly #load: LoadProcess<FlowReport>;
  readonly #signal: AbortSignal;

  private constructor(load: LoadProcess<FlowReport>, signal: AbortSignal) {
    this.#load = load;
    this.#signal = signal;
  }

  static async connect(place: FlowPlace, terms: FlowTerms, signal: AbortSignal): Promise<Flow> {
    const { userZipf, symbolZipf } = FLOW;
    const how = { mix: FULL_MIX, userZipf, symbolZipf, connections: CONNECTIONS };
    const times = { ...terms, warmUpSeconds: WARM_UP_SECONDS };
    const load = new LoadProcess<FlowReport>({
      plan: { kind: 'FlowPlan', ...place, ...how, ...times },
      progress: () => undefined,
    });
    try {
      await abortable(load.reached('ready'), signal);
      return new Flow(load, signal);
    } catch (error) {
      load.kill();
      throw error;
    }
  }

  begin(): void {
    this.#load.tell({ kind: 'Begin' });
  }

  async after(seconds: number): Promise<void> {
    await this.#or(sleep((WARM_UP_SECONDS + seconds) * 1_000));
  }

  report(): Promise<FlowReport> {
    return this.#or(this.#load.report);
  }

  end(): void {
    this.#load.kill();
  }

  async #or<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await abortable(work, this.#signal);
    } catch (error) {
      this.end();
      throw error;
    }
  }
}
