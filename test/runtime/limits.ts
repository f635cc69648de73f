// Bounds for tests: small enough to meet them, restarts quick enough not to wait for.
import type { RuntimeLimits } from '../../src/runtime/system.ts';

export const TEST_LIMITS: RuntimeLimits = {
  tickMessagesMax: 256,
  tickMsMax: 50,
  frameMessagesMax: 256,
  linkWindow: 8,
  linkBacklogMax: 64,
  restartsMax: 3,
  restartWindowMs: 10_000,
  restartBackoffMinMs: 5,
  restartBackoffMaxMs: 50,
  snapshotEveryMs: 20,
  silentThreadUnreadyMs: 5_000,
  silentThreadExitMs: 30_000,
  deadLettersKept: 10,
  poisonKept: 10,
};
