// POST /admin/users/:id/withdrawals: available cash out, once per idempotency key.
import { type Static, Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type { WithdrawAssets } from '../../actors/order-shard/protocol.ts';
import { USD } from '../../domain/ledger.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { accountJson } from '../json.ts';
import { rejectionProblem } from '../problem.ts';
import { type Route, written } from '../route.ts';
import { shape } from '../shape.ts';
import { commandFailure } from './ask-failure.ts';
import { refuseUnknownUser } from './known-user.ts';
import { userIdParams } from './shapes.ts';

const MEMBERS = {
  asset: Type.Enum([USD]),
  amount: Type.Integer({ minimum: 1, maximum: LIMITS.depositMax }),
};
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;

export const createWithdrawal: Route<{ id: string }, unknown, Body> = {
  method: 'POST',
  path: '/admin/users/:id/withdrawals',
  auth: 'admin',
  takesIdempotencyKey: true,
  params: userIdParams,
  body: shape(MEMBERS),

  async handle({ params: { id: userId }, body: { asset, amount }, idempotencyKey }, services) {
    const refusal = await refuseUnknownUser(userId, services);
    if (refusal !== null) return refusal;
    const { edge, shards } = services;
    const depositId = `admin/${idempotencyKey}`;
    const reply = await edge.ask<WithdrawAssets>(
      shardOf(userId, shards),
      { kind: 'WithdrawAssets', userId, depositId, amountInCents: amount },
      LIMITS.readAskMs,
    );
    if (isAskFailure(reply)) return commandFailure(reply);
    if (reply.outcome === 'rejected') return rejectionProblem(reply);
    const { replayed } = reply;
    return written({ asset, amount, account: accountJson(reply.account) }, { replayed });
  },
};
