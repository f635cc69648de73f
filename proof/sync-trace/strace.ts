// The tracer: whether it can be used here, and the command line that makes a trace which
// `strace-text.ts` reads.
import { spawnSync } from 'node:child_process';
import { TRACED_CALLS } from './call.ts';

/** Of one call: more than any page, request or batch has. */
const BYTES_MAX = 262_144;

/** In front of the traced command. */
export function straceCommand(file: string): [string, ...string[]] {
  return [
    'strace',
    ...['--follow-forks', '--seccomp-bpf', '--quiet=attach,exit,path-resolution'],
    ...['-ttt', '-T', '-y', '-s', String(BYTES_MAX), '-e', 'signal=none'],
    ...['-e', `trace=${TRACED_CALLS.join(',')}`, '-o', file],
  ];
}

/** Why nothing can be traced here, in one sentence; null when it can. */
export function tracerProblem(): string | null {
  const [strace, ...options] = straceCommand('/dev/null');
  const { error, status, stderr } = spawnSync(strace, [...options, 'true'], { encoding: 'utf8' });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    return 'strace is not installed, so system calls cannot be traced.';
  }
  if (error !== undefined) return `strace could not be started: ${error.message}.`;
  if (status === 0) return null;
  return `strace was refused (${stderr.trim().split('\n')[0]}), so system calls cannot be traced.`;
}
