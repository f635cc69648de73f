// Takes ticks and confirms each stretch of them. A tick that is missing or out of order is a throw.
import assert from 'node:assert/strict';
import type { Actor, Address, Context } from '../../src/runtime/actor.ts';
import { STRETCH } from '../harness/tick.ts';
import type { CounterMessage, StretchTaken } from './protocol.ts';

export class Counter implements Actor<CounterMessage> {
  #teller: Address | null = null;
  #nextSeq = 0;

  receive(message: CounterMessage, ctx: Context): void {
    if (message.kind === 'StartCounting') {
      this.#teller = message.teller;
      this.#nextSeq = 0;
      return;
    }
    assert.equal(message.seq, this.#nextSeq, 'a tick was lost or overtaken');
    this.#nextSeq++;
    if (this.#nextSeq % STRETCH !== 0 || this.#teller === null) return;
    ctx.tell<StretchTaken>(this.#teller, { kind: 'StretchTaken' });
  }
}
