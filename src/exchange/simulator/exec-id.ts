// The exchange's ids of executions: the sequence in other words.

const PREFIX = 'exec-';

export function execIdOf(seq: number): string {
  return `${PREFIX}${seq}`;
}

/** Null for a text that this exchange never gave out. */
export function execSeqOf(execId: string): number | null {
  const seq = Number(execId.slice(PREFIX.length));
  return execIdOf(seq) === execId && Number.isSafeInteger(seq) ? seq : null;
}
