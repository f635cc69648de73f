// A durable actor at its smallest: one row per ask, one commit per turn, and no answer before the
// commit.
import type { Context, DurableActor } from '../../src/runtime/actor.ts';
import { RowStore } from '../harness/row-store.ts';
import type { Ask } from './protocol.ts';

export class Recorder implements DurableActor<Ask> {
  readonly #rows: RowStore;
  #turn = 0;

  constructor(path: string) {
    this.#rows = new RowStore(path);
  }

  begin(): void {
    this.#turn++;
    this.#rows.begin();
  }

  receive({ replyTo, seq }: Ask, ctx: Context): void {
    this.#rows.insert(seq);
    ctx.reply(replyTo, { seq, turn: this.#turn });
  }

  commit(): void {
    this.#rows.commit();
  }

  rollback(): void {
    this.#rows.rollback();
  }

  maintain(idle: boolean): void {
    this.#rows.maintain(idle);
  }

  close(): void {
    this.#rows.close();
  }
}
