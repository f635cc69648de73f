// What the reconciler asks of the exchange, each kind as its effect and its answer. An answer that
// is not the exchange's own is `cannot_tell`, never "not found" and never an empty list.
import type {
  AskOrders,
  AskOrdersAnswer,
  FillsAnswer,
  OpenOrdersAnswer,
  ReadFills,
  ReadOpenOrders,
  VenueAnswer,
} from '../../exchange/effects.ts';
import type { QueryRequest, QueryResult } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { Context, EffectFailure, ReplyTo } from '../../runtime/actor.ts';
import type { FetchFills, ListVenueOrders, QueryOrders } from './protocol.ts';

export type Question = QueryOrders | ListVenueOrders | FetchFills;

export interface QueryAnswered {
  readonly kind: 'QueryAnswered';
  readonly question: QueryOrders;
  readonly askedAtMs: number;
  readonly answer: AskOrdersAnswer | EffectFailure;
}

export interface VenueOrdersRead {
  readonly kind: 'VenueOrdersRead';
  readonly question: ListVenueOrders;
  readonly askedAtMs: number;
  readonly answer: OpenOrdersAnswer | EffectFailure;
}

export interface FillsRead {
  readonly kind: 'FillsRead';
  readonly question: FetchFills;
  readonly answer: FillsAnswer | EffectFailure;
}

export type QuestionAnswered = QueryAnswered | VenueOrdersRead | FillsRead;
type Ctx = Context<QuestionAnswered>;

export function write(question: Question, ctx: Ctx): void {
  const askedAtMs = ctx.nowMs();
  const withinMs = LIMITS.venueRequestMs;
  switch (question.kind) {
    case 'QueryOrders': {
      const effect: AskOrders = { kind: 'AskOrders', orders: question.orders };
      const toOwn = (answer: QueryAnswered['answer']): QueryAnswered => {
        return { kind: 'QueryAnswered', question, askedAtMs, answer };
      };
      return ctx.perform<AskOrdersAnswer>(effect, toOwn, withinMs);
    }
    case 'ListVenueOrders': {
      const { after, limit } = question;
      const effect: ReadOpenOrders = { kind: 'ReadOpenOrders', after, limit };
      const toOwn = (answer: VenueOrdersRead['answer']): VenueOrdersRead => {
        return { kind: 'VenueOrdersRead', question, askedAtMs, answer };
      };
      return ctx.perform<OpenOrdersAnswer>(effect, toOwn, withinMs);
    }
    case 'FetchFills': {
      const { externalOrderId } = question;
      const effect: ReadFills = { kind: 'ReadFills', externalOrderId };
      const toOwn = (answer: FillsRead['answer']): FillsRead => {
        return { kind: 'FillsRead', question, answer };
      };
      return ctx.perform<FillsAnswer>(effect, toOwn, withinMs);
    }
  }
}

export function answer(message: QuestionAnswered, ctx: Ctx): void {
  const { question } = message;
  if (message.answer.outcome !== 'answered') {
    return cannotTell(question, reasonOf(message.answer), ctx);
  }
  switch (message.kind) {
    case 'QueryAnswered': {
      const { answer: answered, askedAtMs } = message;
      const { epoch } = answered;
      const { orders } = message.question;
      const results = answered.results.filter((result, index) => isOf(result, orders[index]));
      return ctx.reply(message.question.replyTo, {
        outcome: 'answered',
        epoch,
        askedAtMs,
        results,
      });
    }
    case 'VenueOrdersRead': {
      const { askedAtMs } = message;
      return ctx.reply(message.question.replyTo, { ...message.answer, askedAtMs });
    }
    case 'FillsRead':
      return ctx.reply(message.question.replyTo, message.answer);
  }
}

/** By position and name: what was not asked for is no answer. */
function isOf(result: QueryResult, asked: QueryRequest | undefined): boolean {
  const { clientOrderId, externalOrderId } = result;
  return clientOrderId === asked?.clientOrderId && externalOrderId === asked.externalOrderId;
}

type NoAnswer = Exclude<VenueAnswer<object> | EffectFailure, { outcome: 'answered' }>;

export function reasonOf(noAnswer: NoAnswer): string {
  switch (noAnswer.outcome) {
    case 'refused':
      return noAnswer.refusal.code;
    case 'not_written':
      return 'link_down';
    case 'unknown':
      return noAnswer.reason;
  }
}

interface CannotTell {
  readonly outcome: 'cannot_tell';
  readonly reason: string;
}

export function cannotTell(
  asked: { readonly replyTo: ReplyTo<CannotTell> },
  reason: string,
  ctx: Context<never>,
): void {
  ctx.reply(asked.replyTo, { outcome: 'cannot_tell', reason });
}
