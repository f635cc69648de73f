// Answers at once: what is left of a round trip is the runtime's.
import type { Actor, Context } from '../../src/runtime/actor.ts';
import type { Ask } from './protocol.ts';

export class Echo implements Actor<Ask> {
  receive({ replyTo, seq }: Ask, ctx: Context): void {
    ctx.reply(replyTo, { seq, turn: 0 });
  }
}
