// One system call of the broker, as the trace tells it. Its place in the trace is what is judged: a
// line is written while the thread stands still at the entry or the exit of its call, so a call
// whose exit stands above another's entry had ended before the other began. Clocks are not asked.

export interface Call {
  readonly thread: number;
  readonly name: string;
  /** What the first argument, a descriptor, stands for: a path, or `socket:[inode]`. */
  readonly file: string;
  /** All strings among the arguments, joined: what was written, or what was read. */
  readonly bytes: Buffer;
  /** The trace holds fewer bytes than the call had. */
  readonly isCut: boolean;
  /** Of a positioned write. */
  readonly offset: number | null;
  /** Null when the call never returned. */
  readonly result: number | null;
  /** `EIO`, or '' when all was well. */
  readonly error: string;
  /** The line of its entry, and that of its exit: Infinity when it never returned. */
  readonly startLine: number;
  readonly endLine: number;
  readonly startMs: number;
  readonly endMs: number;
}

const SENDS: ReadonlySet<string> = new Set(['write', 'writev', 'sendto', 'sendmsg']);
const SYNCS: ReadonlySet<string> = new Set(['fsync', 'fdatasync']);
const RECEIVES: ReadonlySet<string> = new Set(['recvfrom']);
const POSITIONED_WRITES: ReadonlySet<string> = new Set(['pwrite64']);

/** Every call that the judge looks at; the trace is made of these. */
export const TRACED_CALLS: readonly string[] = [
  ...SENDS,
  ...SYNCS,
  ...RECEIVES,
  ...POSITIONED_WRITES,
];

export function isSocketSend({ name, file }: Call): boolean {
  return SENDS.has(name) && isSocket(file);
}

export function isSocketReceive({ name, file, result }: Call): boolean {
  return RECEIVES.has(name) && isSocket(file) && result !== null && result > 0;
}

export function isSync({ name }: Call): boolean {
  return SYNCS.has(name);
}

export function isWalWrite({ name, file }: Call): boolean {
  return POSITIONED_WRITES.has(name) && file.endsWith('-wal');
}

function isSocket(file: string): boolean {
  return file.startsWith('socket:');
}
