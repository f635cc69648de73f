// POST /admin/reconciliation: a full match with the exchange's own list, now. Harmless to repeat:
// one that runs already is the answer.
import { RECONCILER } from '../../actors/addresses.ts';
import type { RunFullMatch } from '../../actors/reconciler/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { runningMatchJson } from '../reconciliation-json.ts';
import { json, type Route } from '../route.ts';
import { commandFailure } from './ask-failure.ts';

export const runReconciliation: Route = {
  method: 'POST',
  path: '/admin/reconciliation',
  auth: 'admin',

  async handle(_request, { edge }) {
    const command = { kind: 'RunFullMatch' } as const;
    const reply = await edge.ask<RunFullMatch>(RECONCILER, command, LIMITS.readAskMs);
    if (isAskFailure(reply)) return commandFailure(reply);
    return json(202, { running: runningMatchJson(reply.running), outcome: 'accepted' });
  },
};
