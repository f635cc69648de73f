// One order shard as the product has it, on its own file, run in large turns.
import { shardAddress, shardKey } from '../../src/actors/addresses.ts';
import type { LinkState } from '../../src/actors/exchange-connection/protocol.ts';
import type { OrderShardMessage } from '../../src/actors/order-shard/messages.ts';
import { OrderShard } from '../../src/actors/order-shard/order-shard.ts';
import { ACTIVE } from '../../src/domain/trading-states.ts';
import { LIMITS } from '../../src/limits.ts';
import type { ReplyTo } from '../../src/runtime/actor.ts';
import { AnchorLog } from '../../src/store/anchor-log.ts';
import type { DataPaths } from '../../src/store/data-directory.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { unhurriedOptions } from '../harness/shard-options.ts';
import { type KeptAsk, ShardContext, type ShardContextOptions } from './shard-context.ts';

export interface BulkShardOptions extends Omit<ShardContextOptions, 'self'> {
  readonly shard: number;
  readonly shardMap: readonly number[];
  readonly paths: DataPaths;
  readonly link: LinkState;
}

/** Nobody reads meanwhile: a longer log is folded back with fewer pages in all. */
const CHANGES_PER_CHECKPOINT = 400_000;

export class BulkShard {
  readonly #ctx: ShardContext;
  readonly #actor: OrderShard;

  constructor({ shard, shardMap, paths, link, ...world }: BulkShardOptions) {
    this.#ctx = new ShardContext({ ...world, self: shardAddress(shard) });
    const store = new ShardStore(paths.shard(shard), {
      ...LIMITS,
      changesPerCheckpoint: CHANGES_PER_CHECKPOINT,
    });
    const anchors = new AnchorLog(paths.anchors, shardKey(shard));
    const options = unhurriedOptions(shardMap, 1); // repeats are let through
    this.#actor = new OrderShard({ ...options, store, anchors }, this.#ctx);
    const states = { version: 0, broker: ACTIVE, symbols: [] };
    this.turn([
      { kind: 'ApplyTradingStates', states, replyTo: nobody() },
      { kind: 'LinkChanged', link },
    ]);
  }

  /** One transaction; what the shard then tells itself is another. Answers with what it asked. */
  turn(messages: readonly OrderShardMessage[]): KeptAsk[] {
    if (messages.length > 0) this.#run(messages);
    for (let own = this.#ctx.takeOwn(); own.length > 0; own = this.#ctx.takeOwn()) this.#run(own);
    return this.#ctx.takeAsks();
  }

  close(): void {
    this.#actor.close();
  }

  #run(messages: readonly OrderShardMessage[]): void {
    this.#actor.begin();
    try {
      for (const message of messages) this.#actor.receive(message, this.#ctx);
      this.#actor.commit();
    } catch (error) {
      this.#actor.rollback();
      throw error;
    }
    this.#actor.maintain(false);
  }
}

/** For answers that nobody awaits. */
export function nobody<Reply>(): ReplyTo<Reply> {
  return { to: 'bulk/0', correlationId: 0 };
}
