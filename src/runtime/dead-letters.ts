// Messages that nobody will handle: every one is counted, the last few are kept, and the log hears
// of them once a second.
import type { Address } from './actor.ts';
import type { Clock } from './clock.ts';
import { kindOfBody } from './envelope.ts';
import type { LogSink } from './log-sink.ts';
import type { Packet } from './packet.ts';

export type DeadLetterReason =
  | 'unknown_address'
  | 'thread_down'
  | 'backlog_full'
  | 'mailbox_full'
  | 'unsendable'
  | 'stopped';

export interface DeadLetter {
  readonly to: Address;
  readonly from: Address;
  readonly kind: string;
  readonly reason: DeadLetterReason;
  readonly atMs: number;
}

const LOG_EVERY_MS = 1_000;

export class DeadLetters {
  readonly #clock: Clock;
  readonly #log: LogSink;
  readonly #keptMax: number;
  readonly #kept: DeadLetter[] = [];
  #total = 0;
  #unlogged = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { clock: Clock; log: LogSink; keptMax: number }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#keptMax = options.keptMax;
  }

  get total(): number {
    return this.#total;
  }

  kept(): readonly DeadLetter[] {
    return [...this.#kept];
  }

  add([to, from, body]: Packet, reason: DeadLetterReason): void {
    this.#total++;
    this.#unlogged++;
    const letter: DeadLetter = {
      to: typeof to === 'string' ? to : to.to,
      from,
      kind: kindOfBody(body),
      reason,
      atMs: this.#clock.wallMs(),
    };
    this.#kept.push(letter);
    if (this.#kept.length > this.#keptMax) this.#kept.shift();
    this.#logSometimes(letter);
  }

  #logSometimes(letter: DeadLetter): void {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs - this.#loggedAtMs < LOG_EVERY_MS) return;
    this.#log('warn', 'a message was not delivered', { ...letter, sinceLastLine: this.#unlogged });
    this.#loggedAtMs = nowMs;
    this.#unlogged = 0;
  }
}
