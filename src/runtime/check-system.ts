// The relations that the bounds of a system must keep, asserted when a thread loads it.
import assert from 'node:assert/strict';
import type { ActorKind } from './actor.ts';
import type { SystemDefinition } from './system.ts';

export function assertSystem(definition: SystemDefinition<never>): void {
  const { threads, kinds, limits } = definition;
  assert.equal(new Set(threads).size, threads.length, 'two threads have one name');
  assert.equal(new Set(kinds.map(({ kind }) => kind)).size, kinds.length, 'a kind is given twice');
  for (const kind of kinds) assertKind(kind, threads.length);
  assert(limits.frameMessagesMax > 0, 'a frame holds messages');
  assert(limits.linkWindow <= limits.linkBacklogMax);
  assert(limits.restartBackoffMinMs <= limits.restartBackoffMaxMs);
  assert(limits.silentThreadUnreadyMs <= limits.silentThreadExitMs);
  assert(limits.snapshotEveryMs < limits.silentThreadUnreadyMs, 'silence is longer than a beat');
}

function assertKind(
  { kind, askWindow, mailboxMax, turnMessagesMax }: ActorKind<never>,
  threads: number,
): void {
  assert(!kind.includes('/') && kind !== 'system', `${kind} cannot name a kind`);
  assert(turnMessagesMax >= 1, `${kind} takes no message per turn`);
  assert(
    threads * askWindow <= mailboxMax,
    `${kind}: ${threads} threads with ${askWindow} asks each do not fit a mailbox of ${mailboxMax}`,
  );
}
