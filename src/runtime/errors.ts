// Errors of the runtime, and how an error of any origin is turned into plain data.

export interface ErrorReport {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly stack: string;
}

/**
 * An actor failed more often than the restart intensity allows: its thread gives up and is
 * replaced.
 */
export class EscalationError extends Error {
  readonly code = 'escalated';
  override readonly name = 'EscalationError';
}

/** A thread that ended before it had answered the supervisor. */
export class ThreadExitedError extends Error {
  readonly code = 'thread_exited';
  override readonly name = 'ThreadExitedError';
}

export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) {
    return { name: 'NotAnError', code: null, message: String(error), stack: '' };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name: error.name, code, message: error.message, stack: error.stack ?? '' };
}

/**
 * After a failed read, write or fsync nothing in memory or on disk can be trusted: only a fresh
 * process can. A disk that is full or a file that is damaged is no message's fault either: it must
 * not make poison of what is only waiting for room.
 */
export function isStorageFault(error: unknown): boolean {
  const { code, message } = reportOf(error);
  const fault = /^SQLITE_(IOERR|FULL|CORRUPT|NOTADB|CANTOPEN|READONLY)/;
  return fault.test(code ?? '') || /SQLITE_IOERR|disk I\/O error/.test(message);
}
