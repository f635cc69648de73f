// Whether an order can be taken: asked of those who know, all at once, with a short deadline. Names
// what is missing.
import {
  DIRECTORY,
  EXCHANGE_CONNECTION,
  type ShardMap,
  shardAddress,
  shardKey,
} from '../actors/addresses.ts';
import type { GetDirectoryState } from '../actors/directory/protocol.ts';
import type { GetConnectionState } from '../actors/exchange-connection/protocol.ts';
import type { GetShardState } from '../actors/order-shard/protocol.ts';
import { LIMITS } from '../limits.ts';
import { isAskFailure } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';
import type { Catalogue } from './catalogue.ts';

export interface ReadinessOptions {
  readonly edge: Pick<Edge, 'ask'>;
  readonly shards: ShardMap;
  readonly catalogue: Catalogue;
  /** Waits for the demo users' cash and shares too. */
  readonly demo: boolean;
}

export class Readiness {
  readonly #edge: Pick<Edge, 'ask'>;
  readonly #shards: readonly number[];
  readonly #catalogue: Catalogue;
  readonly #demo: boolean;
  #isStartupCompleted = false;
  #running: Promise<string[]> | null = null;

  constructor({ edge, shards, catalogue, demo }: ReadinessOptions) {
    this.#edge = edge;
    this.#shards = [...new Set(shards)].sort((a, b) => a - b);
    this.#catalogue = catalogue;
    this.#demo = demo;
  }

  startupCompleted(): void {
    this.#isStartupCompleted = true;
  }

  /**
   * Empty when ready. Whoever asks while a round is under way shares it: nobody needs a token to
   * ask.
   */
  missing(): Promise<string[]> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #round(): Promise<string[]> {
    const found = await Promise.all([
      this.#exchange(),
      ...this.#shards.map((shard) => this.#shard(shard)),
      this.#directory(),
    ]);
    const missing = found.flat();
    if (!this.#catalogue.isLoaded) missing.push('symbols');
    if (!this.#isStartupCompleted) missing.push('startup');
    return missing;
  }

  async #exchange(): Promise<string[]> {
    const answer = await this.#edge.ask<GetConnectionState>(
      EXCHANGE_CONNECTION,
      { kind: 'GetConnectionState' },
      LIMITS.readinessAskMs,
    );
    if (isAskFailure(answer)) return ['exchange_connection'];
    const { link } = answer;
    const missing: string[] = [];
    if (!link.linked || !link.ordersReachable) missing.push('exchange_link');
    if (!link.tradeFeedLive) missing.push('trade_feed');
    if (!link.priceFeedLive) missing.push('price_feed');
    return missing;
  }

  async #shard(shard: number): Promise<string[]> {
    const name = `order_shard_${shardKey(shard)}`;
    const answer = await this.#edge.ask<GetShardState>(
      shardAddress(shard),
      { kind: 'GetShardState' },
      LIMITS.readinessAskMs,
    );
    if (isAskFailure(answer)) return [name];
    const missing = answer.linked ? [] : [`${name}_link`];
    if (!answer.controlsKnown) missing.push(`${name}_controls`);
    return missing;
  }

  async #directory(): Promise<string[]> {
    const answer = await this.#edge.ask<GetDirectoryState>(
      DIRECTORY,
      { kind: 'GetDirectoryState' },
      LIMITS.readinessAskMs,
    );
    if (isAskFailure(answer)) return ['directory'];
    return this.#demo && answer.grantsOpen > 0 ? ['demo_grants'] : [];
  }
}
