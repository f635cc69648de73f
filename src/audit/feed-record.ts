// external-ids.db as an audit sees it, at one moment: how far the execution feed is settled, and
// what of it waits for an owner.
import { EXTERNAL_IDS_MIGRATIONS, type FeedMark } from '../store/external-ids-store.ts';
import { FileSnapshot, type Query } from '../store/file-snapshot.ts';

export interface ParkedRow {
  readonly epoch: string;
  readonly external_order_id: string;
  readonly exec_id: string;
  readonly seq: number;
  readonly state: 'parked' | 'routed' | 'quarantined';
  readonly order_id: string | null;
  readonly error: string | null;
}

const PARKED = `
  SELECT epoch, external_order_id, exec_id, seq, state, order_id, error
  FROM parked JOIN epochs ON epochs.id = parked.epoch_id`;

export class FeedRecord {
  readonly watermark: FeedMark | null;
  /** How far the feed of each epoch that is over had been taken. */
  readonly leftAt: ReadonlyMap<string, number>;
  readonly #file: FileSnapshot;
  readonly #parked: Query<[string, string, string], ParkedRow>;

  constructor(path: string) {
    this.#file = new FileSnapshot(path, EXTERNAL_IDS_MIGRATIONS.length);
    const [mark] = this.#file.rows<FeedMark>('SELECT epoch, seq FROM feed_position');
    this.watermark = mark ?? null;
    const left = this.#file.rows<FeedMark>(
      'SELECT epoch, left_at_seq AS seq FROM epochs WHERE left_at_seq IS NOT NULL',
    );
    this.leftAt = new Map([...left].map(({ epoch, seq }) => [epoch, seq]));
    this.#parked = this.#file.prepare(
      `${PARKED} WHERE epoch = ? AND external_order_id = ? AND exec_id = ?`,
    );
  }

  /** Null: it has an owner, who has it, or it never came. */
  waiting(epoch: string, externalOrderId: string, execId: string): ParkedRow | null {
    return this.#parked.first(epoch, externalOrderId, execId);
  }

  allWaiting(): IterableIterator<ParkedRow> {
    return this.#file.rows<ParkedRow>(`${PARKED} ORDER BY epoch_id, seq`);
  }

  close(): void {
    this.#file.close();
  }
}
