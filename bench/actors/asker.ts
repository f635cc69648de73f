// Asks another actor again and again, a fixed number of asks on the way, and measures each from the
// ask to its answer.
import {
  type Actor,
  type AskFailure,
  type Context,
  isAskFailure,
  type Message,
} from '../../src/runtime/actor.ts';
import { Latencies } from '../harness/histogram.ts';
import type { Answered, Ask, AsksRun, RunAsks } from './protocol.ts';

interface AskAnswered extends Message {
  readonly kind: 'AskAnswered';
  readonly sentMs: number;
  readonly answer: Answered | AskFailure;
}

type AskerMessage = RunAsks | AskAnswered;

interface Run {
  readonly command: RunAsks;
  readonly beganMs: number;
  readonly latencies: Latencies;
  readonly turns: Set<number>;
  sent: number;
  answered: number;
  failed: number;
}

const DEADLINE_MS = 30_000;

export class Asker implements Actor<AskerMessage> {
  #run: Run | null = null;

  receive(message: AskerMessage, ctx: Context): void {
    if (message.kind === 'RunAsks') return this.#begin(message, ctx);
    if (this.#run !== null) this.#onAnswer(this.#run, message, ctx);
  }

  #begin(command: RunAsks, ctx: Context): void {
    this.#run = {
      command,
      beganMs: performance.now(),
      latencies: new Latencies(),
      turns: new Set(),
      sent: 0,
      answered: 0,
      failed: 0,
    };
    for (let ask = 0; ask < Math.min(command.atOnce, command.asks); ask++)
      this.#ask(this.#run, ctx);
  }

  #ask(run: Run, ctx: Context): void {
    const sentMs = performance.now();
    ctx.ask<Ask>(
      run.command.to,
      { kind: 'Ask', seq: run.sent++ },
      (answer): AskAnswered => ({ kind: 'AskAnswered', sentMs, answer }),
      DEADLINE_MS,
    );
  }

  #onAnswer(run: Run, { sentMs, answer }: AskAnswered, ctx: Context): void {
    run.answered++;
    run.latencies.record(performance.now() - sentMs);
    if (isAskFailure(answer)) run.failed++;
    else run.turns.add(answer.turn);
    if (run.sent < run.command.asks) return this.#ask(run, ctx);
    if (run.answered === run.command.asks) this.#end(run, ctx);
  }

  #end(run: Run, ctx: Context): void {
    const reply: AsksRun = {
      seconds: (performance.now() - run.beganMs) / 1_000,
      latency: run.latencies.summary(),
      turns: run.turns.size,
      failed: run.failed,
    };
    ctx.reply(run.command.replyTo, reply);
    this.#run = null;
  }
}
