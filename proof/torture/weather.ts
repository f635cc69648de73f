// What goes wrong with the exchange during one cycle: a preset of the simulator, with its outages,
// which it has every half a minute, brought into the seconds of a cycle.
import { OUTAGES } from '../../src/exchange/simulator/faults/fault-plan.ts';
import { PRESETS } from '../../src/exchange/simulator/faults/presets.ts';

export type FaultJson = Readonly<Record<string, unknown>>;

/** Of those that a preset has, each comes in so many of the cycles. */
const OUTAGE_SHARE = 0.4;
const OUTAGE_AFTER_MS_MAX = 4_000;
const OUTAGE_FOR_MS_MAX = 2_000;

export function drawWeather(preset: string, random: () => number): readonly FaultJson[] {
  const faults = (PRESETS[preset]?.['faults'] ?? []) as readonly FaultJson[];
  return faults.flatMap((fault) => {
    if (!OUTAGES.some((name) => name === fault['fault'])) return [fault];
    const isComing = random() < OUTAGE_SHARE;
    const outage = soon(fault, random());
    return isComing ? [outage] : [];
  });
}

function soon({ everyMs: _, ...fault }: FaultJson, draw: number): FaultJson {
  const afterMs = Math.round(draw * OUTAGE_AFTER_MS_MAX);
  const { forMs } = fault;
  if (typeof forMs !== 'number') return { ...fault, afterMs };
  return { ...fault, afterMs, forMs: Math.min(forMs, OUTAGE_FOR_MS_MAX) };
}

/** Whether orders may be lost with the exchange's book. */
export function losesBook(preset: string): boolean {
  const faults = (PRESETS[preset]?.['faults'] ?? []) as readonly FaultJson[];
  return faults.some(({ fault, loseBook }) => fault === 'lose-book' || loseBook === true);
}
