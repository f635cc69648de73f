// GET /admin/invariants: the auditor's verdicts on all books as they stand now. It reads
// everything, so it takes its time, and one runs at a time.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { AuditBooks } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';

interface AuditQuery {
  /** `true`: nothing may be open, for a broker at rest. */
  readonly settled?: 'true' | 'false';
}

export const getInvariants: Route<unknown, AuditQuery> = {
  method: 'GET',
  path: '/admin/invariants',
  auth: 'admin',
  query: shape({ settled: Type.Optional(Type.Enum(['true', 'false'])) }),

  async handle({ query }, { edge }) {
    const question = { kind: 'AuditBooks', settled: query.settled === 'true' } as const;
    const reply = await edge.ask<AuditBooks>(READ_POOL, question, LIMITS.auditAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    const { outcome, settled, watermark, venueLog, verdicts } = reply.report;
    return json(200, {
      outcome,
      settled,
      watermark,
      exchangeLog: venueLog !== null,
      invariants: verdicts,
    });
  },
};
