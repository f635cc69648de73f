// GET /admin/reconciliation: where we and the exchange may differ, and how far the comparison is.
import { RECONCILER } from '../../actors/addresses.ts';
import type { GetReconciliation } from '../../actors/reconciler/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { reconciliationJson } from '../reconciliation-json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const getReconciliation: Route = {
  method: 'GET',
  path: '/admin/reconciliation',
  auth: 'admin',

  async handle(_request, { edge }) {
    const question = { kind: 'GetReconciliation' } as const;
    const reply = await edge.ask<GetReconciliation>(RECONCILER, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    return json(200, reconciliationJson(reply));
  },
};
