// What a turn wants to do, in the order it said so. Nothing of it has happened: it is released as a
// whole, or dropped as a whole.
import type {
  Address,
  AskFailure,
  Effect,
  LifeEvent,
  LogLevel,
  Merge,
  Message,
  ReplyTo,
} from './actor.ts';
import type { ToOwn } from './envelope.ts';
import type { Route } from './router.ts';

export type Intent =
  | {
      readonly op: 'tell';
      readonly to: Address;
      readonly route: Route | null;
      readonly message: Message;
    }
  /** A slot of the link's tell window is reserved. */
  | { readonly op: 'offer'; readonly route: Route; readonly message: Message }
  | {
      readonly op: 'conflate';
      readonly to: Address;
      readonly route: Route | null;
      readonly key: string;
      readonly message: Message;
      readonly merge: Merge;
    }
  /** A slot of the ask window is taken. */
  | {
      readonly op: 'ask';
      readonly route: Route;
      readonly message: object;
      readonly toOwn: ToOwn;
      readonly deadlineMs: number;
    }
  | { readonly op: 'refused-ask'; readonly toOwn: ToOwn; readonly failure: AskFailure }
  | { readonly op: 'reply'; readonly replyTo: ReplyTo; readonly reply: unknown }
  | {
      readonly op: 'after';
      readonly delayMs: number;
      readonly message: Message;
      readonly key: string;
    }
  | { readonly op: 'cancel-timer'; readonly key: string }
  | {
      readonly op: 'perform';
      readonly effect: Effect;
      readonly toOwn: ToOwn;
      readonly deadlineMs: number;
    }
  | {
      readonly op: 'watch';
      readonly address: Address;
      readonly toOwn: (event: LifeEvent) => Message;
    }
  | { readonly op: 'count'; readonly name: string; readonly by: number }
  | {
      readonly op: 'log';
      readonly level: LogLevel;
      readonly text: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export class Outbox {
  #intents: Intent[] = [];

  push(intent: Intent): void {
    this.#intents.push(intent);
  }

  /** Empties it for the next turn. */
  take(): readonly Intent[] {
    const intents = this.#intents;
    if (intents.length > 0) this.#intents = [];
    return intents;
  }

  drop(): void {
    for (const intent of this.take()) {
      if (intent.op === 'ask') intent.route.window.used--;
      if (intent.op === 'offer') intent.route.link.giveBack();
    }
  }
}
