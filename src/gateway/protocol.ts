// What a gateway is told: by main about the start and the threads, by actors about prices, events
// and the catalogue, by another gateway about a stream that is held here.
import type { CatalogueChanged } from '../actors/directory/protocol.ts';
import type { LinkChanged } from '../actors/exchange-connection/protocol.ts';
import type { UserEvents, WatcherDropped } from '../actors/order-shard/protocol.ts';
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import type { ThreadSnapshot } from '../runtime/metrics.ts';
import type { ChangeStream } from './stream-change.ts';

/**
 * From main, once this start is complete (demo users made, `demo.json` written). Until then
 * `/readyz` is 503.
 */
export interface StartupCompleted {
  readonly kind: 'StartupCompleted';
}

/** From main, once a second per thread: what `GET /admin/actors` and `GET /metrics` show. */
export interface ThreadReported {
  readonly kind: 'ThreadReported';
  readonly thread: string;
  readonly snapshot: ThreadSnapshot;
}

export type GatewayMessage =
  | StartupCompleted
  | ThreadReported
  | CatalogueChanged
  | LinkChanged
  | PriceChanged
  | UserEvents
  | WatcherDropped
  | ChangeStream;
