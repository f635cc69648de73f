// What each user's shares cost and earned, folded from the booked moves. Kept in memory as far as
// it was read, so that the next question goes on from there; a bust or a correction changes the
// past, and the user is folded anew. Nothing in here is worth more than the time to fold it again.
import { FifoPosition } from '../domain/fifo.ts';
import { USD } from '../domain/ledger.ts';
import type { TradeTerms } from '../domain/trade-terms.ts';
import type { ReaderAccount, ShardReader } from '../store/shard-reader.ts';
import type { ShareMove } from '../store/share-moves.ts';

interface Book {
  readonly seq: number;
  readonly bySymbol: ReadonlyMap<string, FifoPosition>;
  /** What it takes in memory, in lots. */
  readonly weight: number;
}

export type ReadonlyFifo = Pick<
  FifoPosition,
  'numShares' | 'costInCents' | 'realisedProfitInCents'
>;

export class PositionBooks {
  readonly #lotsMax: number;
  /** Oldest use first. */
  readonly #books = new Map<string, Book>();
  #lots = 0;

  constructor(lotsMax: number) {
    this.#lotsMax = lotsMax;
  }

  /** Up to the account's newest event, within one snapshot of the reader. */
  upToDate(
    userId: string,
    { accountNo, lastSeq }: ReaderAccount,
    reader: ShardReader,
  ): ReadonlyMap<string, ReadonlyFifo> {
    const known = this.#take(userId);
    const bySymbol = known === null ? null : goOn(known, accountNo, reader);
    const book = bookOf(bySymbol ?? foldAll(accountNo, reader), lastSeq);
    this.#keep(userId, book);
    return book.bySymbol;
  }

  #take(userId: string): Book | null {
    const book = this.#books.get(userId);
    if (book === undefined) return null;
    this.#books.delete(userId);
    this.#lots -= book.weight;
    return book;
  }

  #keep(userId: string, book: Book): void {
    if (book.weight > this.#lotsMax) return;
    this.#books.set(userId, book);
    this.#lots += book.weight;
    for (const [oldest, { weight }] of this.#books) {
      if (this.#lots <= this.#lotsMax) return;
      this.#books.delete(oldest);
      this.#lots -= weight;
    }
  }
}

/** Null when something earlier has changed. */
function goOn({ seq, bySymbol }: Book, accountNo: number, reader: ShardReader) {
  const positions = new Map(bySymbol);
  for (const move of reader.shares.after(accountNo, seq)) {
    if (move.kind === 'trade_changed') return null;
    book(move, positions, NO_CHANGES);
  }
  return positions;
}

const NO_CHANGES: ReadonlyMap<string, TradeTerms> = new Map();

function foldAll(accountNo: number, reader: ShardReader): Map<string, FifoPosition> {
  const changed = reader.shares.changedTerms(accountNo);
  const positions = new Map<string, FifoPosition>();
  for (const move of reader.shares.after(accountNo, 0)) {
    if (move.kind !== 'trade_changed') book(move, positions, changed);
  }
  return positions;
}

function book(
  move: Exclude<ShareMove, { kind: 'trade_changed' }>,
  positions: Map<string, FifoPosition>,
  changed: ReadonlyMap<string, TradeTerms>,
): void {
  const { symbol } = move;
  if (symbol === USD) return;
  const position = positions.get(symbol) ?? new FifoPosition();
  positions.set(symbol, position);
  if (move.kind === 'deposit') return position.book(move);
  const { lastQty, lastPriceInCents } = changed.get(move.tradeKey) ?? move.terms;
  const numShares = move.side === 'buy' ? lastQty : -lastQty;
  position.book({ numShares, costInCents: numShares * lastPriceInCents });
}

function bookOf(bySymbol: ReadonlyMap<string, FifoPosition>, seq: number): Book {
  let weight = 1;
  for (const { openLots } of bySymbol.values()) weight += 1 + openLots;
  return { seq, bySymbol, weight };
}
