// What one gateway asks another of a stream that the other one holds.
import type { AskMessage, ReplyTo } from '../runtime/actor.ts';

export interface StreamChange {
  readonly streamId: string;
  /** Whose stream it must be: to anybody else there is none. */
  readonly userId: string;
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
}

export type StreamChanged =
  | { readonly outcome: 'changed'; readonly symbols: readonly string[] }
  | { readonly outcome: 'unknown_stream' }
  /** Nothing was changed. */
  | { readonly outcome: 'too_many_symbols' };

export interface ChangeStream extends StreamChange, AskMessage {
  readonly kind: 'ChangeStream';
  readonly replyTo: ReplyTo<StreamChanged>;
}
