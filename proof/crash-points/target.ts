// What a crash-point process is told, by its parent alone: where to write its hits, since when they
// count, and at which of them it is to die.

export interface Target {
  readonly point: string;
  /** The how-manieth hit of the point; from 1. */
  readonly hit: number;
}

export interface Orders {
  /** One line per hit, written before anything else happens. */
  readonly hitsFile: string;
  /** Hits count from when this file is there; null: from the start of the process. */
  readonly beginFile: string | null;
  /** Null: it lives, and only lists. */
  readonly target: Target | null;
}

/** Read by the crash-point process only: the product knows no such variable. */
export const ORDERS_VARIABLE = 'CRASH_POINTS';

export function ordersIn(environment: NodeJS.ProcessEnv): Orders {
  const text = environment[ORDERS_VARIABLE];
  if (text === undefined) throw new Error(`${ORDERS_VARIABLE} is missing: who is to be killed?`);
  return JSON.parse(text) as Orders;
}
