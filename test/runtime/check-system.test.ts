// A system whose bounds do not fit each other is not loaded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActorKind } from '../../src/runtime/actor.ts';
import { assertSystem } from '../../src/runtime/check-system.ts';
import type { RuntimeLimits } from '../../src/runtime/system.ts';
import { KIND_DEFAULTS } from './puppet.ts';
import { TEST_LIMITS, World } from './world.ts';

const FITS: ActorKind = {
  ...KIND_DEFAULTS,
  kind: 'worker',
  askWindow: 32,
  mailboxMax: 96,
  create: () => ({ receive: () => undefined }),
};

test('the asks of all threads together fit the mailbox, exactly', () => {
  assertSystem(aSystem({ kinds: [FITS] }));
  const tooMany = [{ ...FITS, mailboxMax: 95 }];
  const message = /worker: 3 threads with 32 asks each do not fit a mailbox of 95/;
  assert.throws(() => assertSystem(aSystem({ kinds: tooMany })), message);
});

test('a dispatcher checks its system before it starts anything', () => {
  assert.throws(() => new World({ kinds: [{ ...FITS, mailboxMax: 1 }] }), /do not fit/);
});

const BAD: [name: string, system: Parameters<typeof aSystem>[0], message: RegExp][] = [
  ['two threads of one name', { threads: ['a', 'a'] }, /two threads/],
  ['a kind that is given twice', { kinds: [FITS, FITS] }, /given twice/],
  ['a kind with a slash', { kinds: [{ ...FITS, kind: 'a/b' }] }, /cannot name/],
  ["the runtime's own kind", { kinds: [{ ...FITS, kind: 'system' }] }, /cannot name/],
  ['turns without messages', { kinds: [{ ...FITS, turnMessagesMax: 0 }] }, /no message/],
  ['a window beyond the backlog', { limits: { linkWindow: 9, linkBacklogMax: 8 } }, /./],
  ['frames without messages', { limits: { frameMessagesMax: 0 } }, /frame/],
  ['back-off bounds crossed', { limits: { restartBackoffMinMs: 500 } }, /./],
  ['silence bounds crossed', { limits: { silentThreadUnreadyMs: 30_001 } }, /./],
  ['a beat slower than silence', { limits: { snapshotEveryMs: 5_000 } }, /beat/],
];

for (const [name, system, message] of BAD) {
  test(`refused: ${name}`, () => {
    assert.throws(() => assertSystem(aSystem(system)), { code: 'ERR_ASSERTION', message });
  });
}

function aSystem(options: {
  readonly threads?: readonly string[];
  readonly kinds?: readonly ActorKind[];
  readonly limits?: Partial<RuntimeLimits>;
}) {
  const { threads = ['a', 'b', 'c'], kinds = [FITS], limits } = options;
  const bounds = { ...TEST_LIMITS, ...limits };
  return { threads, kinds, limits: bounds, place: () => 'a', residents: () => [] };
}
