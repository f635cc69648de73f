// An actor that does in its turn what the test says, and writes down what it hears. The test's
// function travels by reference, which only works inside a thread; everything that a puppet says
// itself is plain data.
import {
  type Actor,
  type ActorKind,
  type Context,
  keyOf,
  type Message,
} from '../../src/runtime/actor.ts';
import type { Note, Question } from './messages.ts';

export interface Run extends Message {
  readonly kind: 'Run';
  run(ctx: Context): void;
}

export type OnQuestion = (question: Question, ctx: Context) => void;

export interface PuppetOptions {
  /** Without it every question is answered with `yes`. */
  readonly onQuestion?: OnQuestion;
  /** What it does when it is created. */
  readonly onCreate?: (key: string, ctx: Context) => void;
}

export function puppetKind(heard: string[], options: PuppetOptions): ActorKind {
  return { ...KIND_DEFAULTS, kind: 'puppet', create: (key, ctx) => create(key, ctx) };

  function create(key: string, ctx: Context): Actor {
    options.onCreate?.(key, ctx);
    heard.push(`${key} created`);
    return {
      receive: (message, context) => receive(message as Run | Note | Question, context),
      close: () => heard.push(`${key} closed`),
    };
  }

  function receive(message: Run | Note | Question, ctx: Context): void {
    if (message.kind === 'Run') return message.run(ctx);
    heard.push(`${keyOf(ctx.self)} hears ${message.text}`);
    if (message.kind === 'Note') return;
    if (options.onQuestion !== undefined) return options.onQuestion(message, ctx);
    ctx.reply(message.replyTo, 'yes');
  }
}

export const KIND_DEFAULTS = {
  spawnable: false,
  passivateAfterMs: null,
  turnMessagesMax: 64,
  mailboxMax: 256,
  askWindow: 32,
  group: null,
} as const;
