// What a test and the process of its readers say to each other.

/**
 * `healthy` reads; `stall` never does until it is told to recover; `trickle` takes a few bytes at a
 * time until then; `pause` stops for eleven seconds; `storm` breaks off and comes back when told.
 */
export type Behaviour = 'healthy' | 'stall' | 'trickle' | 'pause' | 'storm';

export interface Group {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly count: number;
  /** Each with the user's name in the report; the readers take them in turn. */
  readonly users: readonly { readonly name: string; readonly token: string }[];
  readonly query: string;
}

export type Order =
  | { readonly do: 'open'; readonly port: number; readonly groups: readonly Group[] }
  | { readonly do: 'storm' | 'recover' }
  | { readonly do: 'report'; readonly goal: Goal };

/** Where every reader has to be. */
export interface Goal {
  readonly headSeqs: Readonly<Record<string, number>>;
  /** Symbol -> its last price and the time of it. */
  readonly prices: Readonly<Record<string, string>>;
}

export interface GroupReport {
  readonly readers: number;
  /** With every event and, if it watches, every last price. */
  readonly complete: number;
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** One of those that are not complete, in words. */
  readonly example: string | null;
}

export type Report = Readonly<Record<string, GroupReport>>;
