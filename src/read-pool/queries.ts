// What a thread of the read pool can be asked. Connections are read-only, one file's are opened at
// its first question.
import type {
  ListCandles,
  ListCandlesReply,
  ListIncidents,
  ListIncidentsReply,
  ReadPoolCommand,
  ReadPoolReply,
} from '../actors/read-pool/protocol.ts';
import { LIMITS } from '../limits.ts';
import type { Asked } from '../runtime/actor.ts';
import { OrderList } from '../store/order-list.ts';
import { PriceReader } from '../store/price-reader.ts';
import { ShardReader } from '../store/shard-reader.ts';
import { candlesReply } from './candles.ts';
import { incidentsReply } from './incidents.ts';
import { timelineReply, tradesReply } from './order-story.ts';
import { PositionBooks } from './position-books.ts';
import { positionsOf } from './position-list.ts';

/** Of one user, whose shard file it names. */
export interface UserTask {
  readonly path: string;
  readonly question: Asked<ReadPoolCommand>;
}

/** Of several shards. */
export interface ShardsTask {
  readonly shards: readonly { readonly shard: number; readonly path: string }[];
  readonly question: Asked<ListIncidents>;
}

/** Of a symbol. */
export interface PricesTask {
  readonly prices: string;
  readonly question: Asked<ListCandles>;
}

interface ShardFile {
  readonly list: OrderList;
  readonly reader: ShardReader;
}

const files = new Map<string, ShardFile>();
/** By path, like `files`. */
const prices = new Map<string, PriceReader>();
/** Of all files: a user is in one only. */
const books = new PositionBooks(LIMITS.positionLotsCachedMax);

export function run(
  task: UserTask | ShardsTask | PricesTask,
): ReadPoolReply | ListIncidentsReply | ListCandlesReply {
  if ('path' in task) return answer(task.question, fileAt(task.path));
  if ('prices' in task) return candlesReply(task.question, pricesAt(task.prices));
  const lists = task.shards.map(({ shard, path }) => {
    return { shard, list: fileAt(path).reader.incidents };
  });
  return incidentsReply(task.question, lists);
}

function fileAt(path: string): ShardFile {
  let file = files.get(path);
  if (file === undefined) {
    const reader = new ShardReader(path); // first: it refuses a file that is to be migrated
    file = { list: new OrderList(path), reader };
    files.set(path, file);
  }
  return file;
}

function pricesAt(path: string): PriceReader {
  const reader = prices.get(path) ?? new PriceReader(path);
  prices.set(path, reader);
  return reader;
}

function answer(question: Asked<ReadPoolCommand>, { list, reader }: ShardFile): ReadPoolReply {
  switch (question.kind) {
    case 'ListOrders':
      return { outcome: 'orders', ...list.list(question) };
    case 'ListPositions':
      return { outcome: 'positions', positions: positionsOf(question.userId, reader, books) };
    case 'ListLedger': {
      const { userId, before, limit } = question;
      return { outcome: 'ledger', ...reader.ledgerPage(userId, before, limit) };
    }
    case 'ListPortfolioValues': {
      const { userId, ...query } = question;
      return { outcome: 'portfolio_values', ...reader.portfolioPage(userId, query) };
    }
    case 'GetTimeline':
      return timelineReply(question, reader);
    case 'ListTrades':
      return tradesReply(question, reader);
  }
}
