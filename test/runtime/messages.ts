// What puppets say to each other, and how it reads in the list of what was heard.
import type {
  Address,
  AskFailure,
  AskMessage,
  Context,
  Message,
  ReplyTo,
} from '../../src/runtime/actor.ts';
import { isAskFailure } from '../../src/runtime/actor.ts';

export interface Note extends Message {
  readonly kind: 'Note';
  readonly text: string;
}

export interface Question extends AskMessage {
  readonly kind: 'Question';
  readonly text: string;
  readonly replyTo: ReplyTo<string>;
}

export function note(text: string): Note {
  return { kind: 'Note', text };
}

export function ask(ctx: Context, to: Address, text: string, deadlineMs = 1_000): void {
  const toOwn = (answer: string | AskFailure) => note(`${text}: ${wordOf(answer)}`);
  ctx.ask<Question>(to, { kind: 'Question', text }, toOwn, deadlineMs);
}

export function wordOf(answer: string | AskFailure): string {
  if (!isAskFailure(answer)) return answer;
  return answer.outcome === 'failed' ? `failed (${answer.error})` : answer.reason;
}
