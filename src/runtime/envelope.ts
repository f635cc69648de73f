// What lies in a mailbox: a message from somebody, or an own message (an answer, a timer, a result,
// a watched life) that is made only when its turn comes, so that a throw in the making is a throw
// of that turn.
import type { Address, Message, ReplyTo } from './actor.ts';
import type { ActorTimer } from './actor-timer.ts';

export type ToOwn = (value: unknown) => Message;

/** The tells of one sender thread that have been handled here: what its window is measured by. */
export interface TellSource {
  handledTells: number;
}

export interface Envelope {
  readonly from: Address;
  /** The message, or what `toOwn` makes one of. */
  readonly body: unknown;
  readonly toOwn: ToOwn | null;
  readonly replyTo: ReplyTo | null;
  readonly source: TellSource | null;
  /**
   * Of the actor that an own message was meant for; 0 for messages from others, which outlive a
   * restart.
   */
  readonly incarnation: number;
  readonly timer: ActorTimer | null;
  readonly atMs: number;
}

export function messageOf(envelope: Envelope): Message {
  return envelope.toOwn === null ? (envelope.body as Message) : envelope.toOwn(envelope.body);
}

/** For records and traces; does not run the actor's own code. */
export function kindOfEnvelope(envelope: Envelope): string {
  if (envelope.toOwn !== null) return 'answer';
  return kindOfBody(envelope.body);
}

export function kindOfBody(body: unknown): string {
  if (typeof body !== 'object' || body === null) return typeof body;
  if ('kind' in body) return String(body.kind);
  return 'outcome' in body ? String(body.outcome) : 'reply';
}

/** Null for a message that nobody waits for. */
export function replyToOf(body: unknown): ReplyTo | null {
  const replyTo = (body as { readonly replyTo?: unknown } | null | undefined)?.replyTo;
  if (typeof replyTo !== 'object' || replyTo === null) return null;
  const { to, correlationId } = replyTo as Partial<ReplyTo>;
  return typeof to === 'string' && typeof correlationId === 'number' ? (replyTo as ReplyTo) : null;
}
