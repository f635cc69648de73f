// An actor whose turn is one transaction of its store.
import type { TurnTransaction } from '../store/transaction.ts';

export interface TurnStore {
  readonly turn: TurnTransaction;
  close(): void;
}

/** The part of a `DurableActor` that is the same for every store; `receive` is the actor's own. */
export abstract class StoreActor {
  readonly #store: TurnStore;

  constructor(store: TurnStore) {
    this.#store = store;
  }

  begin(): void {
    this.#store.turn.begin();
  }

  flush(): void {
    this.#store.turn.flush();
  }

  commit(): void {
    this.#store.turn.commit();
  }

  rollback(): void {
    this.#store.turn.rollback();
  }

  maintain(idle: boolean): void {
    this.#store.turn.maintain(idle);
  }

  close(): void {
    this.#store.close();
  }
}
