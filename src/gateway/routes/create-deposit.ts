// POST /admin/users/:id/deposits: cash or shares from outside, booked once per idempotency key.
import { type Static, Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type { DepositAssets } from '../../actors/order-shard/protocol.ts';
import { USD } from '../../domain/ledger.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { accountJson } from '../json.ts';
import { PROBLEMS, problem, rejectionProblem } from '../problem.ts';
import { type JsonAnswer, type Route, written } from '../route.ts';
import type { Services } from '../services.ts';
import { shape } from '../shape.ts';
import { commandFailure } from './ask-failure.ts';
import { refuseUnknownUser } from './known-user.ts';
import { symbolName, userIdParams } from './shapes.ts';

const MEMBERS = {
  /** `USD` in cents, or a symbol in shares. */
  asset: symbolName,
  amount: Type.Integer({ minimum: 1, maximum: LIMITS.depositMax }),
  costInCents: Type.Optional(Type.Integer({ minimum: 0, maximum: LIMITS.depositMax })),
};
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;

export const createDeposit: Route<{ id: string }, unknown, Body> = {
  method: 'POST',
  path: '/admin/users/:id/deposits',
  auth: 'admin',
  takesIdempotencyKey: true,
  params: userIdParams,
  body: shape(MEMBERS),

  async handle({ params: { id: userId }, body, idempotencyKey }, services) {
    const { asset, amount, costInCents = 0 } = body;
    const refusal = refuseAsset(body, services) ?? (await refuseUnknownUser(userId, services));
    if (refusal !== null) return refusal;
    const { edge, shards } = services;
    const deposit = { depositId: `admin/${idempotencyKey}`, asset, amount, costInCents };
    const reply = await edge.ask<DepositAssets>(
      shardOf(userId, shards),
      { kind: 'DepositAssets', userId, deposits: [deposit] },
      LIMITS.readAskMs,
    );
    if (isAskFailure(reply)) return commandFailure(reply);
    const [refused] = reply.refused;
    if (refused !== undefined) return rejectionProblem(refused);
    const account = accountJson(reply.account);
    return written({ asset, amount, costInCents, account }, { replayed: reply.booked === 0 });
  },
};

function refuseAsset({ asset, costInCents }: Body, { catalogue }: Services): JsonAnswer | null {
  if (asset === USD) {
    if (costInCents === undefined) return null;
    const message = 'must be left out of a deposit of cash';
    return problem('invalid_body', { errors: [{ field: 'costInCents', message }] });
  }
  if (!catalogue.isLoaded) return problem('not_ready');
  if (catalogue.get(asset) !== null) return null;
  const { unknown_symbol: usual } = PROBLEMS;
  const status = usual.status === 404 ? 422 : usual.status; // here it is no resource
  return problem('unknown_symbol', { status, members: { symbol: asset } });
}
