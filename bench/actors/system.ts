// The system of the runtime bench: two worker threads, an actor of each sort where it is needed,
// the product's own limits.
import { LIMITS, RUNTIME_LIMITS } from '../../src/limits.ts';
import { type Actor, type ActorKind, type Address, addressOf } from '../../src/runtime/actor.ts';
import type { SystemDefinition } from '../../src/runtime/system.ts';
import { Asker } from './asker.ts';
import { Counter } from './counter.ts';
import { Echo } from './echo.ts';
import { Recorder } from './recorder.ts';
import { Teller } from './teller.ts';

export interface BenchSystemData {
  /** The file of the durable actor. */
  readonly databasePath: string;
}

export const MAIN = 'main';
export const LEFT = 'left';
export const RIGHT = 'right';

/** The key of an actor is the thread it lives on. */
const RESIDENTS: Readonly<Record<string, readonly string[]>> = {
  [LEFT]: ['teller', 'counter', 'asker'],
  [RIGHT]: ['counter', 'echo', 'recorder'],
};

export function defineBenchSystem({ databasePath }: BenchSystemData): SystemDefinition {
  return {
    threads: [MAIN, LEFT, RIGHT],
    kinds: [
      kindOf('teller', () => new Teller()),
      kindOf('counter', () => new Counter()),
      kindOf('asker', () => new Asker()),
      kindOf('echo', () => new Echo()),
      kindOf('recorder', () => new Recorder(databasePath)),
    ],
    place: (_kind, key) => (Object.hasOwn(RESIDENTS, key) ? key : MAIN),
    residents: (thread) => residentsOf(thread),
    limits: RUNTIME_LIMITS,
  };
}

function residentsOf(thread: string): Address[] {
  return (RESIDENTS[thread] ?? []).map((kind) => addressOf(kind, thread));
}

/** Bounds like an order shard's, whose messages these stand for. */
function kindOf(kind: string, create: () => unknown): ActorKind {
  return {
    kind,
    create: () => create() as Actor, // which messages it takes is its protocol's business
    spawnable: false,
    passivateAfterMs: null,
    group: null,
    turnMessagesMax: LIMITS.turnMessagesMax,
    mailboxMax: LIMITS.shardMailboxMax,
    askWindow: LIMITS.shardAskWindow,
  };
}
