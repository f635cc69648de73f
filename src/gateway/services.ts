// What the gateway's routes may use: asks, the catalogue, prices, tokens and the stream hub. No
// socket, no store.
import type { ShardMap } from '../actors/addresses.ts';
import type { SymbolTerms } from '../actors/context.ts';
import type { LinkState } from '../actors/exchange-connection/protocol.ts';
import type { Edge } from '../runtime/edge.ts';
import type { ThreadSnapshot } from '../runtime/metrics.ts';
import type { TokenBook } from './auth.ts';
import type { Catalogue } from './catalogue.ts';
import type { PasswordBook } from './passwords.ts';
import type { Readiness } from './readiness.ts';
import type { StreamHub } from './stream-hub.ts';

export interface Services {
  readonly edge: Pick<Edge, 'ask' | 'nowMs' | 'random' | 'count'>;
  readonly shards: ShardMap;
  readonly tokens: TokenBook;
  readonly passwords: PasswordBook;
  readonly catalogue: Catalogue;
  /** The shared table of last prices; null for a symbol that the exchange has not listed. */
  readonly prices: (symbol: string) => SymbolTerms | null;
  /** What the exchange-connection said last. */
  readonly link: () => LinkState;
  /** The price feed is gapped, silent or down. */
  readonly isPriceFeedStale: () => boolean;
  readonly readiness: Readiness;
  /** Demo mode: sandbox faults are taken. */
  readonly demo: boolean;
  readonly hub: StreamHub;
  /** Thread -> its newest snapshot. */
  readonly threads: ReadonlyMap<string, ThreadSnapshot>;
}
