// What the broker's threads say of themselves, as the admin sees it.
import assert from 'node:assert/strict';
import type { ActorSnapshot, LinkSnapshot, ThreadSnapshot } from '../../src/runtime/metrics.ts';
import type { Api } from '../scenario/api.ts';

export type Threads = Readonly<Record<string, ThreadSnapshot>>;

export async function threadsOf(admin: Api): Promise<Threads> {
  const { status, body } = await admin.get('/admin/actors');
  assert.equal(status, 200, JSON.stringify(body));
  return body.threads;
}

export function threadOf(threads: Threads, name: string): ThreadSnapshot {
  const thread = threads[name];
  assert(thread !== undefined, `${name} has not reported`);
  return thread;
}

/** Everything that actors and gateways hold, summed over all threads. */
export function heldIn(threads: Threads): Record<string, number> {
  const held: Record<string, number> = {};
  for (const { actors, edges } of Object.values(threads)) {
    for (const { sizes } of [...actors, ...edges]) {
      for (const [what, size] of Object.entries(sizes)) held[what] = (held[what] ?? 0) + size;
    }
  }
  return held;
}

export function isNothingHeld(threads: Threads): boolean {
  return Object.values(heldIn(threads)).every((size) => size === 0);
}

export function linkBetween(threads: Threads, from: string, to: string): LinkSnapshot {
  const link = threadOf(threads, from).links.find(({ thread }) => thread === to);
  assert(link !== undefined, `${from} has no link to ${to}`);
  return link;
}

export function deepestMailbox(threads: Threads): ActorSnapshot | null {
  const all = Object.values(threads).flatMap(({ actors }) => actors);
  return all.reduce<ActorSnapshot | null>(
    (deepest, actor) => (deepest === null || actor.depth > deepest.depth ? actor : deepest),
    null,
  );
}
