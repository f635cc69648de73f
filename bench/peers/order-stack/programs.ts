// The programs that the stack needs, where Debian puts them; what lacks is told in one sentence.
import { existsSync } from 'node:fs';

const POSTGRES_DIRECTORIES = ['/usr/lib/postgresql/15/bin', '/usr/local/pgsql/bin'];
const REDIS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'];
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

export class StackUnavailable extends Error {
  readonly code = 'stack_unavailable';
  override readonly name = 'StackUnavailable';
}

export interface Programs {
  /** The directory of `initdb` and `postgres`. */
  readonly postgres: string;
  readonly redis: string;
  readonly setpriv: string;
}

/** Throws `StackUnavailable`. */
export function findPrograms(): Programs {
  const postgres = POSTGRES_DIRECTORIES.find((path) => existsSync(`${path}/initdb`));
  const redis = REDIS.find(existsSync);
  const setpriv = SETPRIV.find(existsSync);
  const missing = [
    ...(postgres === undefined ? ['postgresql 15'] : []),
    ...(redis === undefined ? ['redis-server'] : []),
    ...(setpriv === undefined ? ['setpriv (util-linux)'] : []),
  ];
  if (postgres !== undefined && redis !== undefined && setpriv !== undefined) {
    return { postgres, redis, setpriv };
  }
  const what = missing.join(' and ');
  throw new StackUnavailable(`${what} not installed: see bench/peers/install.sh`);
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A program that ends with us, even when we are killed. `setpriv` becomes the program, so that its
 * process id is the program's.
 */
export function tethered(
  { setpriv }: Programs,
  { command, args }: Command,
  signal: 'INT' | 'TERM',
  become: readonly string[] = [],
): Command {
  return {
    command: setpriv,
    args: [...become, `--pdeathsig=${signal}`, '--', command, ...args],
  };
}
