// Looks at the totals of cash and shares again and again while everything moves (the bank test).
import type { TotalsReader } from './totals.ts';

export interface WatchClock {
  nowMs(): number;
  after(delayMs: number, run: () => void): unknown;
}

export class TotalsWatch {
  readonly problems: string[] = [];
  snapshots = 0;
  readonly #reader: TotalsReader;
  #isOn = true;

  constructor(reader: TotalsReader, clock: WatchClock, everyMs: number) {
    this.#reader = reader;
    const again = (): void => {
      if (!this.#isOn) return;
      this.#look(clock.nowMs());
      clock.after(everyMs, again);
    };
    again();
  }

  stop(): void {
    this.#isOn = false;
    this.#reader.close();
  }

  #look(nowMs: number): void {
    this.snapshots++;
    const { inside, broughtIn } = this.#reader.read();
    for (const [asset, amount] of Object.entries(inside)) {
      const expected = broughtIn[asset] ?? 0;
      if (amount === expected || this.problems.length > 0) continue;
      this.problems.push(`at ${nowMs} ${amount} ${asset} are inside, ${expected} were brought in`);
    }
  }
}
