// Waits until an order can be taken: the exchange linked, every shard open and linked, the demo's
// grants confirmed.
import { setTimeout as sleep } from 'node:timers/promises';
import { DIRECTORY, EXCHANGE_CONNECTION, shardAddress } from '../actors/addresses.ts';
import type { GetDirectoryState } from '../actors/directory/protocol.ts';
import type { GetConnectionState } from '../actors/exchange-connection/protocol.ts';
import type { GetShardState } from '../actors/order-shard/protocol.ts';
import { isAskFailure } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';

const LOOK_EVERY_MS = 25;
const ASK_MS = 1_000;

/** For as long as it takes: an exchange out of reach is no failure of the start. */
export async function awaitReady(edge: Edge, shards: number, demo: boolean): Promise<void> {
  while (!(await isLinked(edge))) await sleep(LOOK_EVERY_MS);
  for (let shard = 0; shard < shards; shard++) {
    while (!(await isOpen(edge, shard))) await sleep(LOOK_EVERY_MS);
  }
  while (demo && !(await isGranted(edge))) await sleep(LOOK_EVERY_MS);
}

async function isLinked(edge: Edge): Promise<boolean> {
  const question = { kind: 'GetConnectionState' } as const;
  const state = await edge.ask<GetConnectionState>(EXCHANGE_CONNECTION, question, ASK_MS);
  return !isAskFailure(state) && state.link.linked;
}

async function isOpen(edge: Edge, shard: number): Promise<boolean> {
  const question = { kind: 'GetShardState' } as const;
  const state = await edge.ask<GetShardState>(shardAddress(shard), question, ASK_MS);
  return !isAskFailure(state) && state.linked && state.controlsKnown;
}

async function isGranted(edge: Edge): Promise<boolean> {
  const question = { kind: 'GetDirectoryState' } as const;
  const state = await edge.ask<GetDirectoryState>(DIRECTORY, question, ASK_MS);
  return !isAskFailure(state) && state.symbols > 0 && state.grantsOpen === 0;
}
