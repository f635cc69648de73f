// GET /readyz: 200 when an order can be taken; else 503 with what is missing.
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';

export const readyz: Route = {
  method: 'GET',
  path: '/readyz',
  auth: 'none',
  async handle(_request, { readiness }) {
    const missing = await readiness.missing();
    if (missing.length === 0) return json(200, { ready: true });
    const detail = `An order cannot be taken yet; missing: ${missing.join(', ')}.`;
    return problem('not_ready', { detail, members: { ready: false, missing } });
  },
};
