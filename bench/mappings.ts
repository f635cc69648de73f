// An external-ids.db as the trade-processor writes it: so many orders of the simulator, each under
// its external id. Made from a seed, so that what belongs together can be told without the file.
import { statSync } from 'node:fs';
import { BUCKETS, OrderIds } from '../src/domain/ids.ts';
import { externalOrderIdOf } from '../src/exchange/simulator/live-order.ts';
import { LIMITS } from '../src/limits.ts';
import { Prng } from '../src/runtime/simulation/prng.ts';
import { ExternalIdsStore } from '../src/store/external-ids-store.ts';

const EPOCH = 'bench';
const PER_COMMIT = 1_000;
const FIRST_ORDER_AT_MS = 1_700_000_000_000;

export interface FillResult {
  readonly perSecond: number;
  readonly fileBytes: number;
  readonly bytesPerMapping: number;
}

export class Mappings {
  readonly #path: string;
  /** By ordinal, from 0. */
  readonly #orderIds: readonly string[];

  constructor(path: string, count: number) {
    const chance = new Prng('lookup').stream('orders');
    const ids = new OrderIds();
    this.#path = path;
    this.#orderIds = Array.from({ length: count }, (_, ordinal) => {
      const nowMs = FIRST_ORDER_AT_MS + ordinal;
      return ids.next(chance.int(BUCKETS), nowMs, () => chance.next());
    });
  }

  get count(): number {
    return this.#orderIds.length;
  }

  open(): ExternalIdsStore {
    const { changesPerCheckpoint } = LIMITS;
    const bounds = { changesPerCheckpoint, recentMappings: 0 }; // each is looked up in the file
    return new ExternalIdsStore({ path: this.#path, ...bounds });
  }

  /** Commit by commit, so that a bench can be interrupted. */
  async write(betweenCommits: () => Promise<void>): Promise<FillResult> {
    const store = this.open();
    let spentMs = 0;
    try {
      for (let first = 0; first < this.count; first += PER_COMMIT) {
        const beganMs = performance.now();
        store.transaction.begin();
        for (const [at, orderId] of this.#orderIds.slice(first, first + PER_COMMIT).entries()) {
          store.map(EPOCH, externalOrderIdOf(first + at), orderId);
        }
        store.transaction.commit();
        store.transaction.maintain(false);
        spentMs += performance.now() - beganMs;
        await betweenCommits();
      }
    } finally {
      store.close();
    }
    const { size: fileBytes } = statSync(this.#path);
    return {
      perSecond: this.count / (spentMs / 1_000),
      fileBytes,
      bytesPerMapping: fileBytes / this.count,
    };
  }

  /** An ordinal of `count` or more was never written. False: the store said something else. */
  isRight(ordinal: number, found: string | null): boolean {
    return found === (this.#orderIds[ordinal] ?? null);
  }

  static find(store: ExternalIdsStore, ordinal: number): string | null {
    return store.orderIdOf(EPOCH, externalOrderIdOf(ordinal));
  }
}
