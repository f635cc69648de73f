// GET /metrics: the state of the whole process for Prometheus. Names no user and no order.
import { EXCHANGE_CONNECTION, RECONCILER } from '../../actors/addresses.ts';
import type { GetConnectionState } from '../../actors/exchange-connection/protocol.ts';
import type { GetReconciliation } from '../../actors/reconciler/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { METRICS_TYPE, metricsText } from '../metrics.ts';
import type { Route } from '../route.ts';

export const getMetrics: Route = {
  method: 'GET',
  path: '/metrics',
  auth: 'none',

  async handle(_request, { edge, threads }) {
    const [reconciliation, connection] = await Promise.all([
      edge.ask<GetReconciliation>(RECONCILER, { kind: 'GetReconciliation' }, LIMITS.readinessAskMs),
      edge.ask<GetConnectionState>(
        EXCHANGE_CONNECTION,
        { kind: 'GetConnectionState' },
        LIMITS.readinessAskMs,
      ),
    ]);
    const body = await metricsText({
      nowMs: edge.nowMs(),
      threads: threads.values(),
      reconciliation: isAskFailure(reconciliation) ? null : reconciliation,
      connection: isAskFailure(connection) ? null : connection,
    });
    return { kind: 'text', status: 200, contentType: METRICS_TYPE, headers: {}, body };
  },
};
