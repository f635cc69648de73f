// The three questions of the recovery bench, one after the other on the same books: how long a
// start takes after a kill, what a full match of all open orders costs, and how soon all is well
// after the exchange was away.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../harness/abortable.ts';
import type { FlowReport } from '../load/protocol.ts';
import { Flow, type FlowPlace } from './flow.ts';
import { House, type HousePlace, isSettled, type MatchResult, type StartTimes } from './house.ts';
import type { RecoverySettings } from './settings.ts';
import type { Venue } from './venue.ts';

export interface Rig {
  readonly settings: RecoverySettings;
  readonly venue: Venue;
  readonly houseOf: HousePlace;
  readonly directory: string;
  /** What was answered 2xx, for the books to be judged by. */
  readonly outcomesFiles: string[];
  readonly signal: AbortSignal;
  progress(text: string): void;
}

export interface MatchRound {
  readonly report: FlowReport;
  /** Null: a round without one. */
  readonly match: MatchResult | null;
  /** No match but this one, and no less of it, fell into the round. */
  readonly isPure: boolean;
}

export interface OutageRun {
  readonly seconds: number;
  /** Trades of orders that rested, which nobody could be told of. */
  readonly tradesMeanwhile: number;
  readonly report: FlowReport;
  readonly exchangeStartSeconds: number;
  /** All three from the exchange's return. */
  readonly readySeconds: number;
  readonly settledSeconds: number | null;
  readonly matchedSeconds: number | null;
}

const SETTLED_MS_MAX = 300_000;
const SYMBOL_THAT_DIPS = 'SYN0001';
const BEFORE_OUTAGE_SECONDS = 2;

/** Each start finds what a kill in the middle of a flow has left. */
export async function killedStarts(
  first: House,
  place: Omit<FlowPlace, 'target'>,
  rig: Rig,
): Promise<{ house: House; starts: StartTimes[] }> {
  const { settings, progress } = rig;
  let house = first;
  const starts: StartTimes[] = [];
  for (let start = 0; start < settings.starts; start++) {
    progress(`kill ${start + 1} of ${settings.starts}, in the middle of a flow`);
    const seconds = settings.killAfterSeconds + 1;
    const flow = await connect({ ...place, target: house.broker.target }, seconds, rig);
    flow.begin();
    await flow.after(settings.killAfterSeconds);
    await house.broker.kill();
    await flow.report();
    flow.end();
    house = await House.start(rig.houseOf);
    starts.push(house.times);
  }
  return { house, starts };
}

export async function matchRounds(house: House, place: FlowPlace, rig: Rig) {
  const { settings, progress } = rig;
  const rounds: MatchRound[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    progress(`round ${round + 1} of ${settings.rounds}: without a match, then with one`);
    rounds.push(await quietRound(house, place, rig));
    rounds.push(await matchedRound(house, place, rig));
  }
  return rounds;
}

/** Right after a match: the next one is due a minute after it began. */
async function quietRound(house: House, place: FlowPlace, rig: Rig): Promise<MatchRound> {
  const flow = await connect(place, rig.settings.quietSeconds, rig);
  try {
    await house.match();
    await house.until(isIdle, SETTLED_MS_MAX);
    const beganAtMs = Date.now();
    flow.begin();
    const report = await flow.report();
    const { fullMatch } = await house.standing();
    const startedAt = fullMatch.running?.startedAt ?? fullMatch.lastComplete?.startedAt;
    const isPure = startedAt === undefined || Date.parse(startedAt) < beganAtMs;
    return { report, match: null, isPure };
  } finally {
    flow.end();
  }
}

async function matchedRound(house: House, place: FlowPlace, rig: Rig): Promise<MatchRound> {
  const flow = await connect(place, rig.settings.matchedSeconds, rig);
  try {
    await house.until(isIdle, SETTLED_MS_MAX);
    const beganAtMs = Date.now();
    flow.begin();
    await house.match();
    const report = await flow.report();
    const { fullMatch } = await house.standing();
    const isPure = fullMatch.running !== null;
    const ended = await house.until(({ fullMatch: { lastComplete } }) => {
      return lastComplete !== null && Date.parse(lastComplete.finishedAt) >= beganAtMs;
    }, SETTLED_MS_MAX);
    return { report, match: ended.fullMatch.lastComplete, isPure };
  } finally {
    flow.end();
  }
}

export async function outage(house: House, place: FlowPlace, rig: Rig): Promise<OutageRun> {
  const { settings, venue, signal, progress } = rig;
  const { outageSeconds } = settings;
  const flow = await connect(place, BEFORE_OUTAGE_SECONDS + outageSeconds, rig);
  try {
    progress(`the exchange is killed, and away for ${outageSeconds} s`);
    flow.begin();
    await flow.after(BEFORE_OUTAGE_SECONDS);
    await venue.kill();
    const killedMs = performance.now();
    const tradesMeanwhile = venue.dip(SYMBOL_THAT_DIPS);
    const awayMs = performance.now() - killedMs;
    await abortable(sleep(Math.max(0, outageSeconds * 1_000 - awayMs)), signal);
    const startingMs = performance.now();
    await venue.startAgain();
    const upMs = performance.now();
    const upAtMs = Date.now();
    const seconds = (upMs - killedMs) / 1_000;
    const exchangeStartSeconds = (upMs - startingMs) / 1_000;
    const after = await recovered(house, { upMs, upAtMs }, rig);
    const report = await flow.report();
    return { seconds, tradesMeanwhile, report, exchangeStartSeconds, ...after };
  } finally {
    flow.end();
  }
}

async function recovered(
  house: House,
  { upMs, upAtMs }: { readonly upMs: number; readonly upAtMs: number },
  { progress }: Rig,
) {
  const since = () => (performance.now() - upMs) / 1_000;
  await house.untilReady();
  const readySeconds = since();
  progress(`ready again after ${readySeconds.toFixed(2)} s`);
  const standing = await house.until(isSettled, SETTLED_MS_MAX);
  const settledSeconds = isSettled(standing) ? since() : null;
  const { fullMatch } = await house.until(({ fullMatch: { lastComplete } }) => {
    return lastComplete !== null && Date.parse(lastComplete.startedAt) >= upAtMs;
  }, SETTLED_MS_MAX);
  const { lastComplete } = fullMatch;
  const isMatched = lastComplete !== null && Date.parse(lastComplete.startedAt) >= upAtMs;
  const matchedSeconds = isMatched ? (Date.parse(lastComplete.finishedAt) - upAtMs) / 1_000 : null;
  return { readySeconds, settledSeconds, matchedSeconds };
}

function isIdle({ fullMatch }: { readonly fullMatch: { readonly running: object | null } }) {
  return fullMatch.running === null;
}

function connect(place: FlowPlace, seconds: number, rig: Rig): Promise<Flow> {
  const { settings, outcomesFiles, directory, signal } = rig;
  const outcomesFile = join(directory, `outcomes-${outcomesFiles.length}`);
  const seed = outcomesFiles.length + 1;
  outcomesFiles.push(outcomesFile);
  const ratePerSecond = settings.flowPerSecond;
  return Flow.connect(place, { ratePerSecond, seconds, outcomesFile, seed }, signal);
}
