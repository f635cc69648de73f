// The names of crash points: readable, and the same in every run. A turn or a frame has one point
// per kind of message in it, because which messages meet in one is the clock's doing.
import { type Address, type Effect, kindOf, type ReplyTo } from '../../src/runtime/actor.ts';
import { type Envelope, kindOfBody, messageOf } from '../../src/runtime/envelope.ts';
import { type Packet, SYSTEM } from '../../src/runtime/packet.ts';
import { isHistory, isNoise, isNoisyEffect, NOISY_FRAMES } from './noise.ts';

export type Moment = 'before' | 'after';

/** Correlation id -> kind of the ask, so that a reply is named by what it answers. */
export type Asked = Map<number, string>;

export function kindsOfTurn(batch: readonly Envelope[]): string[] {
  return significant(batch.map((envelope) => messageOf(envelope).kind));
}

export function commitPoint(address: Address, moment: Moment, kind: string): string {
  return `${kindOf(address)}: ${moment} commit of ${kind}`;
}

/** What a frame carries; an ask that it answers is forgotten by it. */
export function kindsOfFrame(messages: readonly Packet[], asked: Asked): string[] {
  const kinds = messages.map(([to, , body]) => {
    if (typeof to === 'object') return replyKind(to, asked);
    return to === SYSTEM ? null : kindOfBody(body);
  });
  return significant(kinds.filter((kind) => kind !== null));
}

export function framePoint(from: string, to: string, moment: Moment, kind: string): string {
  return `${from} -> ${to}: ${moment} the frame with ${kind}`;
}

export function sendPoint(address: Address, moment: Moment, effect: Effect): string | null {
  const feed = feedOf(effect);
  if (isNoisyEffect(effect.kind, feed)) return null;
  const what = feed === null ? effect.kind : `${effect.kind} ${feed}`;
  const verb = moment === 'before' ? 'is' : 'was';
  return `${kindOf(address)}: ${moment} ${what} ${verb} sent`;
}

/** A request has one answer; a feed has what came over it. */
export function answerPoints(address: Address, effect: Effect, result: unknown): string[] {
  const feed = feedOf(effect);
  if (feed === 'prices' || isHistory(effect.kind)) return [];
  const actor = kindOf(address);
  if (effect.kind !== 'ReadFeed') {
    return [`${actor}: before the answer to ${effect.kind}${feed === null ? '' : ` ${feed}`}`];
  }
  return framesIn(result).map((frame) => `${actor}: before the feed's ${frame} is heard`);
}

function replyKind({ correlationId }: ReplyTo, asked: Asked): string | null {
  const kind = asked.get(correlationId);
  asked.delete(correlationId);
  return kind === undefined || isNoise(kind) ? null : `reply to ${kind}`;
}

function significant(kinds: readonly string[]): string[] {
  return [...new Set(kinds)].filter((kind) => !isNoise(kind)).sort();
}

function feedOf(effect: Effect): string | null {
  return 'feed' in effect ? String(effect.feed) : null;
}

interface FeedFrame {
  readonly kind: string;
  readonly execKind?: string;
}

function framesIn(result: unknown): string[] {
  const { frames = [] } = result as { readonly frames?: readonly FeedFrame[] };
  const kinds = frames.map(({ kind, execKind }) => execKind ?? kind);
  return [...new Set(kinds)].filter((kind) => !NOISY_FRAMES.has(kind)).sort();
}
