// Answers the reads that need no actor from a fixed pool of worker threads, over read-only
// connections.
import { Piscina } from 'piscina';
import { type ShardMap, shardNumberOf } from '../actors/addresses.ts';
import type {
  AuditBooks,
  ListCandles,
  ListCandlesReply,
  ListIncidents,
  ListIncidentsReply,
  ReadPoolCommand,
  ReadPoolReply,
} from '../actors/read-pool/protocol.ts';
import type { Asked, AskFailure, Message } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';
import type { DataPaths } from '../store/data-directory.ts';
import { Audits } from './audits.ts';
import type { PricesTask, ShardsTask, UserTask } from './queries.ts';

type Command = ReadPoolCommand | ListIncidents | ListCandles;
type Reply = ReadPoolReply | ListIncidentsReply | ListCandlesReply;

export interface ReadPoolOptions {
  readonly paths: DataPaths;
  readonly shards: ShardMap;
  readonly threads: number;
  readonly queueMax: number;
  /** Whose log an audit compares the books with. */
  readonly exchangeUrl: string;
}

export class ReadPool {
  readonly #options: ReadPoolOptions;
  readonly #pool: Piscina;
  readonly #audits: Audits;

  constructor(options: ReadPoolOptions) {
    this.#options = options;
    this.#audits = new Audits(options);
    this.#pool = new Piscina({
      filename: new URL('./worker.mjs', import.meta.url).href,
      minThreads: options.threads,
      maxThreads: options.threads,
      maxQueue: options.queueMax,
      atomics: 'disabled', // a waiting worker must not block its event loop
    });
  }

  /** An edge's listener: answers each question through that edge. */
  receive(message: Message, edge: Edge): void {
    const command = message as Command | AuditBooks;
    if (command.kind === 'AuditBooks') return this.#audits.receive(command, edge);
    const { replyTo, ...question } = command;
    this.#run(question).then(
      (reply) => edge.reply<Reply | AskFailure>(replyTo, reply),
      (error: unknown) => {
        edge.count('reads_failed');
        edge.reply<Reply | AskFailure>(replyTo, failureOf(error));
      },
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#audits.close()]);
  }

  async #run(question: Asked<Command>): Promise<Reply> {
    return (await this.#pool.run(this.#taskOf(question))) as Reply;
  }

  #taskOf(question: Asked<Command>): UserTask | ShardsTask | PricesTask {
    const { paths, shards } = this.#options;
    if (question.kind === 'ListCandles') return { prices: paths.prices, question };
    if (question.kind !== 'ListIncidents') {
      return { path: paths.shard(shardNumberOf(question.userId, shards)), question };
    }
    const { userId } = question;
    const numbers = userId === null ? new Set(shards) : [shardNumberOf(userId, shards)];
    return { shards: [...numbers].map((shard) => ({ shard, path: paths.shard(shard) })), question };
  }
}

function failureOf(error: unknown): AskFailure {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('queue')) return { outcome: 'not_delivered', reason: 'busy' };
  return { outcome: 'failed', error: text };
}
