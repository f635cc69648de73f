// Where a page of incidents goes on, shard by shard. Opaque to clients; short, because a broker may
// have many shards.
import type { IncidentPlace } from '../domain/incident.ts';

const PLACE = /^(\d{1,3})-([0-9a-z]{1,10})$/;

export function incidentCursorOf(places: readonly IncidentPlace[]): string {
  return places.map(({ shard, below }) => `${shard}-${below.toString(36)}`).join('.');
}

/** Null when it is none of ours. */
export function readIncidentCursor(text: string): IncidentPlace[] | null {
  const places: IncidentPlace[] = [];
  for (const part of text.split('.')) {
    const [, shard, below] = PLACE.exec(part) ?? [];
    if (shard === undefined || below === undefined) return null;
    places.push({ shard: Number(shard), below: Number.parseInt(below, 36) });
  }
  return places;
}
