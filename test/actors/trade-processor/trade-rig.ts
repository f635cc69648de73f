// A trade-processor under test, on a real file: what it is told, and what it tells.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext as NodeTestContext } from 'node:test';
import {
  type Message,
  TradeProcessor,
} from '../../../src/actors/trade-processor/trade-processor.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { ActorRig, type Sent } from '../test-context.ts';
import { EPOCH, orderIdOf } from '../venue-messages.ts';

export const ORDER = orderIdOf(1);
export const OTHER = orderIdOf(2);
export const ON_SHARD_1 = orderIdOf(3, 255);
export const BOOKED = { outcome: 'booked' } as const;
export const NO_SUCH_ORDER = { outcome: 'no_such_order' } as const;
export const STOPPED = { outcome: 'unknown', reason: 'stopped' } as const;
export type Rig = ActorRig<Message>;

export function newRig(t: NodeTestContext): Rig {
  const open: Rig[] = [];
  t.after(() => {
    for (const rig of open) rig.close();
  });
  const path = join(tempDirectory(t), 'external-ids.db');
  const shards = Array.from({ length: 256 }, (_, bucket) => (bucket < 128 ? 0 : 1));
  const rig = new ActorRig<Message>('trade-processor/0', (ctx) => {
    return new TradeProcessor({ path, shards }, ctx);
  });
  open.push(rig);
  return rig;
}

/** `x1` belongs to `ORDER`, and its shard knows. */
export function mapped(t: NodeTestContext): Rig {
  const rig = newRig(t);
  rig.receive(recordOf(rig, [ORDER, 'x1']));
  rig.answer('OrderAcknowledged', BOOKED);
  rig.receive(takeOf(rig));
  rig.sent();
  return rig;
}

export function recordOf(
  rig: Rig,
  [orderId, externalOrderId]: [string, string],
  epoch = EPOCH,
): Message {
  const acceptances = [{ orderId, externalOrderId }];
  return { kind: 'RecordAcceptances', epoch, acceptances, replyTo: rig.replyTo() };
}

export function takeOf(rig: Rig, ...executions: Execution[]): Message {
  const epoch = executions[0]?.epoch ?? EPOCH;
  return { kind: 'TakeExecutions', epoch, executions, replyTo: rig.replyTo() };
}

/** The later of two asks is the next to be answered. */
export function swapAsks(rig: Rig): void {
  const [first, second] = rig.ctx.asks;
  assert(first && second);
  rig.ctx.asks = [second, first];
}

export function reported(orderId: string, execution: Execution) {
  return { kind: 'ExecutionReported', orderId, execution };
}

export function asked(message: ReturnType<typeof reported>): Sent {
  return { via: 'ask', to: 'order-shard/00', message };
}

export function acknowledged(
  to: 'order-shard/00' | 'order-shard/01',
  orderId: string,
  externalOrderId: string,
  executions: readonly Execution[],
): Sent {
  const message = { kind: 'OrderAcknowledged', epoch: EPOCH, orderId, externalOrderId, executions };
  return { via: 'ask', to, message };
}

export function replied(correlationId: number, reply: unknown): Sent {
  return { via: 'reply', correlationId, reply };
}

/** Kinds of what was asked, outcomes of what was replied. */
export function kinds(sent: readonly Sent[]): unknown[] {
  return sent.map((one) => {
    if (one.via === 'effect') return one.effect.kind;
    if (one.via !== 'reply') return one.message.kind;
    return (one.reply as { outcome: string }).outcome;
  });
}

export function positionOf(rig: Rig): { epoch: string; seq: number } | null {
  const reply = askRig(rig, { kind: 'GetFeedPosition', replyTo: rig.replyTo() });
  return (reply as { position: { epoch: string; seq: number } | null }).position;
}

export function parkedOf(rig: Rig) {
  const reply = askRig(rig, { kind: 'GetParked', replyTo: rig.replyTo() });
  const { outcome, ...counts } = reply as { outcome: string; parked: number; quarantined: number };
  assert.equal(outcome, 'parked');
  return counts;
}

/** The reply, taken out of what was sent. */
export function askRig(rig: Rig, question: Message): unknown {
  rig.receive(question);
  const last = rig.ctx.sent.pop();
  assert.equal(last?.via, 'reply');
  return last.reply;
}
