// The broker as a system of actors, built alike in every thread.
import type { BrokerContext } from '../actors/context.ts';
import { RUNTIME_LIMITS } from '../limits.ts';
import type { SystemDefinition } from '../runtime/system.ts';
import { actorKinds, type Parts } from './actor-kinds.ts';
import type { Settings } from './settings.ts';
import { MAIN, placeIn, residentsOf, workerThreads } from './topology.ts';

export function defineSystem(settings: Settings, parts: Parts): SystemDefinition<BrokerContext> {
  return {
    threads: [MAIN, ...workerThreads(settings)],
    kinds: actorKinds(settings, parts),
    place: placeIn(settings),
    residents: (thread) => residentsOf(settings, thread),
    limits: RUNTIME_LIMITS,
  };
}

/** What a thread without sockets to the exchange has in their place. */
export const NO_PARTS: Parts = {
  publisher: {
    list: () => undefined,
    publish: () => undefined,
  },
  connections: () => ({ orders: 0, control: 0, tradeFeed: 0, priceFeed: 0 }),
};
