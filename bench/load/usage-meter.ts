// What this process itself has cost since the meter was started.
import type { GeneratorUsage } from './protocol.ts';

export class UsageMeter {
  #cpu = process.cpuUsage();
  #sinceMs = performance.now();

  start(): void {
    this.#cpu = process.cpuUsage();
    this.#sinceMs = performance.now();
  }

  read(): GeneratorUsage {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      cpuSeconds: (user + system) / 1_000_000,
      seconds: (performance.now() - this.#sinceMs) / 1_000,
      peakBytes: process.resourceUsage().maxRSS * 1_024,
    };
  }
}
