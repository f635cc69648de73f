// GET /admin/incidents: what operators must look at, of all shards, newest first, by a cursor that
// new ones do not shift.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListIncidents } from '../../actors/read-pool/protocol.ts';
import { INCIDENT_KINDS, type IncidentEntry, type IncidentKind } from '../../domain/incident.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { incidentCursorOf, readIncidentCursor } from '../incident-cursor.ts';
import { isoOf } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText, userIdText } from './shapes.ts';

interface Query {
  readonly kind?: IncidentKind;
  readonly userId?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

export const listIncidents: Route<unknown, Query> = {
  method: 'GET',
  path: '/admin/incidents',
  auth: 'admin',
  query: shape({
    kind: Type.Optional(Type.Enum([...INCIDENT_KINDS])),
    userId: Type.Optional(userIdText),
    limit: Type.Optional(positiveNumberText),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.cursorMax })),
  }),

  async handle({ query }, { edge }) {
    const limit = Number(query.limit ?? LIMITS.incidentsPageDefault);
    if (limit > LIMITS.incidentsPageMax) {
      const errors = [{ field: 'limit', message: `must be at most ${LIMITS.incidentsPageMax}` }];
      return problem('invalid_query', { errors });
    }
    const before = query.cursor === undefined ? null : readIncidentCursor(query.cursor);
    if (query.cursor !== undefined && before === null) return problem('invalid_cursor');
    const { kind = null, userId = null } = query;
    const question = { kind: 'ListIncidents', incident: kind, userId, limit, before } as const;
    const reply = await edge.ask<ListIncidents>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    const { incidents, next } = reply;
    const nextCursor = next === null ? null : incidentCursorOf(next);
    return json(200, {
      incidents: incidents.map(incidentJson),
      pagination: { hasMore: next !== null, nextCursor },
    });
  },
};

function incidentJson({ atMs, ...incident }: IncidentEntry) {
  return { ...incident, at: isoOf(atMs) };
}
