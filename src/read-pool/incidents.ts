// The incidents of several shards as one list: the newest of each are merged by time, and where
// each shard stands is the place to go on from, so that new incidents do not shift a page.
import { shardKey } from '../actors/addresses.ts';
import type { ListIncidents, ListIncidentsReply } from '../actors/read-pool/protocol.ts';
import type { IncidentEntry } from '../domain/incident.ts';
import type { Asked } from '../runtime/actor.ts';
import type { IncidentList, IncidentRow } from '../store/incident-list.ts';

export interface ShardIncidents {
  readonly shard: number;
  readonly list: Pick<IncidentList, 'end' | 'page'>;
}

interface Head {
  readonly shard: number;
  below: number;
  readonly rows: IncidentRow[];
}

export function incidentsReply(
  question: Asked<ListIncidents>,
  shards: readonly ShardIncidents[],
): ListIncidentsReply {
  const { limit } = question;
  const heads = shards.map((shard) => headOf(shard, question));
  const incidents: IncidentEntry[] = [];
  while (incidents.length < limit) {
    const head = newestOf(heads);
    const row = head?.rows.shift();
    if (head === null || row === undefined) break;
    const { incidentNo, ...told } = row;
    head.below = incidentNo;
    incidents.push({ incidentId: `${shardKey(head.shard)}-${incidentNo}`, ...told });
  }
  const hasMore = heads.some(({ rows }) => rows.length > 0);
  const next = hasMore ? heads.map(({ shard, below }) => ({ shard, below })) : null;
  return { outcome: 'incidents', incidents, next };
}

function headOf({ shard, list }: ShardIncidents, question: Asked<ListIncidents>): Head {
  const { incident: kind, userId, limit, before } = question;
  const below = before?.find((place) => place.shard === shard)?.below ?? list.end();
  return { shard, below, rows: list.page({ kind, userId, below, limit: limit + 1 }) };
}

/** Of two at one time, that of the lower shard. */
function newestOf(heads: readonly Head[]): Head | null {
  let newest: Head | null = null;
  for (const head of heads) {
    const atMs = head.rows[0]?.atMs;
    if (atMs === undefined) continue;
    if (newest === null || atMs > (newest.rows[0]?.atMs ?? 0)) newest = head;
  }
  return newest;
}
