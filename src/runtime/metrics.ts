// A picture of one thread, taken every `snapshotEveryMs`: plain data for metrics, readiness and the
// list of actors.
import type { Address, Sizes } from './actor.ts';
import type { Cell, CellState } from './cell.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Link } from './link.ts';
import { PeerLink, type PeerTraffic } from './peer-link.ts';
import type { PoisonRecord } from './poison.ts';

export interface ActorSnapshot {
  readonly address: Address;
  readonly state: CellState;
  readonly depth: number;
  /** Age of the oldest message that waits, 0 when none does. */
  readonly oldestMs: number;
  readonly turns: number;
  readonly messages: number;
  readonly restarts: number;
  readonly poison: number;
  /** Own messages dropped because they were meant for an earlier incarnation. */
  readonly stale: number;
  readonly openAsks: number;
  readonly timers: number;
  readonly effects: number;
  readonly sizes: Sizes;
}

export interface EdgeSnapshot {
  readonly address: Address;
  readonly sizes: Sizes;
}

export interface LinkSnapshot extends Readonly<PeerTraffic> {
  readonly thread: string;
  readonly up: boolean;
  readonly tellsInFlight: number;
  readonly asksInFlight: number;
  readonly heldValues: number;
}

export interface ThreadSnapshot {
  readonly thread: string;
  readonly incarnation: number;
  readonly atMs: number;
  readonly uptimeMs: number;
  readonly ticks: number;
  readonly pendingAsks: number;
  readonly timers: number;
  readonly effects: number;
  readonly actors: readonly ActorSnapshot[];
  readonly edges: readonly EdgeSnapshot[];
  readonly links: readonly LinkSnapshot[];
  readonly counters: Readonly<Record<string, number>>;
  readonly deadLetters: { readonly total: number; readonly kept: readonly DeadLetter[] };
  readonly poison: { readonly total: number; readonly kept: readonly PoisonRecord[] };
}

export function actorSnapshot(cell: Cell, nowMs: number): ActorSnapshot {
  const { oldestAtMs } = cell;
  const { turns, messages, restarts, poison, stale } = cell.stats;
  return {
    address: cell.address,
    state: cell.state,
    depth: cell.depth,
    oldestMs: oldestAtMs === null ? 0 : Math.max(Math.round(nowMs - oldestAtMs), 0),
    turns,
    messages,
    restarts,
    poison,
    stale,
    openAsks: cell.openAsks.size,
    timers: cell.timers.size,
    effects: cell.effects.size,
    sizes: cell.sizes(),
  };
}

const NO_TRAFFIC: PeerTraffic = {
  framesSent: 0,
  framesReceived: 0,
  messagesSent: 0,
  messagesReceived: 0,
  bytesSent: 0,
};

export function linkSnapshot(link: Link): LinkSnapshot {
  return {
    thread: link.thread,
    up: link.isUp,
    tellsInFlight: link.tellsInFlight,
    asksInFlight: link.asksInFlight(),
    heldValues: link.heldValues,
    ...(link instanceof PeerLink ? link.traffic : NO_TRAFFIC),
  };
}
