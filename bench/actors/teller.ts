// Sends ticks as fast as they are confirmed, and measures from the first to the last confirmation.
import type { Actor, Context } from '../../src/runtime/actor.ts';
import { CreditedSender, type Tick, tickOf } from '../harness/tick.ts';
import type { RunTells, StartCounting, TellerMessage } from './protocol.ts';

interface Run {
  readonly command: RunTells;
  readonly sender: CreditedSender;
  readonly beganMs: number;
}

export class Teller implements Actor<TellerMessage> {
  #run: Run | null = null;

  receive(message: TellerMessage, ctx: Context): void {
    if (message.kind === 'RunTells') {
      const sender = new CreditedSender(message.messages);
      this.#run = { command: message, sender, beganMs: performance.now() };
      ctx.tell<StartCounting>(message.to, { kind: 'StartCounting', teller: ctx.self });
      return this.#send(this.#run, ctx);
    }
    if (this.#run === null) return;
    this.#run.sender.confirmed();
    if (!this.#run.sender.isDone) return this.#send(this.#run, ctx);
    const seconds = (performance.now() - this.#run.beganMs) / 1_000;
    ctx.reply(this.#run.command.replyTo, { seconds });
    this.#run = null;
  }

  #send({ command, sender }: Run, ctx: Context): void {
    const { first, count } = sender.take();
    for (let seq = first; seq < first + count; seq++) ctx.tell<Tick>(command.to, tickOf(seq));
  }
}
