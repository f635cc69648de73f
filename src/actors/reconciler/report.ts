// What GetReconciliation is answered with: what the reconciler knows itself, and what the
// trade-processor and the connection say about the feed and the parked executions, asked one after
// the other. Who does not answer leaves a null.
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { GetConnectionState } from '../exchange-connection/protocol.ts';
import type { GetFeedPosition, GetParked } from '../trade-processor/protocol.ts';
import type { Message, ReportFeed, ReportParked, ReportPosition } from './messages.ts';
import type { FeedReport, GetReconciliation, ParkedReport, Reconciliation } from './protocol.ts';

type Ctx = BrokerContext<Message>;

export function askParked({ replyTo }: GetReconciliation, ctx: Ctx): void {
  ctx.ask<GetParked>(
    TRADE_PROCESSOR,
    { kind: 'GetParked' },
    (answer) => ({ kind: 'ReportParked', replyTo, answer }),
    LIMITS.readinessAskMs,
  );
}

export function askPosition(parked: ReportParked, ctx: Ctx): void {
  ctx.ask<GetFeedPosition>(
    TRADE_PROCESSOR,
    { kind: 'GetFeedPosition' },
    (answer) => ({ kind: 'ReportPosition', parked, answer }),
    LIMITS.readinessAskMs,
  );
}

export function askFeed(position: ReportPosition, ctx: Ctx): void {
  ctx.ask<GetConnectionState>(
    EXCHANGE_CONNECTION,
    { kind: 'GetConnectionState' },
    (answer) => ({ kind: 'ReportFeed', position, answer }),
    LIMITS.readinessAskMs,
  );
}

export function reply(
  message: ReportFeed,
  own: Omit<Reconciliation, 'outcome' | 'feed' | 'parked'>,
  ctx: Ctx,
): void {
  const { parked } = message.position;
  ctx.reply(parked.replyTo, {
    outcome: 'reconciliation',
    ...own,
    feed: feedOf(message),
    parked: parkedOf(parked),
  });
}

function feedOf({ position, answer }: ReportFeed): FeedReport | null {
  if (isAskFailure(answer) || isAskFailure(position.answer)) return null;
  const { epoch, headSeq, gaps, losses } = answer.executionFeed;
  const mark = position.answer.position;
  const watermarkSeq = mark?.seq ?? 0;
  const isSame = mark === null || mark.epoch === epoch;
  const lag = isSame ? Math.max(headSeq - watermarkSeq, 0) : null;
  return { epoch, watermarkSeq, headSeq, lag, gaps, losses };
}

function parkedOf({ answer }: ReportParked): ParkedReport | null {
  if (isAskFailure(answer)) return null;
  const { parked, quarantined, oldestParkedAtMs, inFlight } = answer;
  return { parked, quarantined, oldestParkedAtMs, inFlight };
}
