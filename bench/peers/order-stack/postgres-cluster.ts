// A cluster of PostgreSQL of its own in a directory of its own, reachable by its socket only. It
// ends with us, even when we are killed.
import { execFile } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { childrenOf } from '../../harness/process-cpu.ts';
import { ServerProcess } from '../../harness/server-process.ts';
import { DATABASE } from './database.ts';
import { type PostgresTuning, postgresConfiguration } from './postgres-configuration.ts';
import { type Programs, StackUnavailable, tethered } from './programs.ts';

const run = promisify(execFile);
const EXECUTABLE_BY_ALL = 0o011;
const ACCOUNT = 'postgres';

export interface ClusterOptions {
  /** Made here; must not exist. */
  readonly directory: string;
  readonly programs: Programs;
  readonly tuning: PostgresTuning;
  readonly signal: AbortSignal;
}

export class PostgresCluster {
  readonly socketDirectory: string;
  readonly #server: ServerProcess;

  private constructor(socketDirectory: string, server: ServerProcess) {
    this.socketDirectory = socketDirectory;
    this.#server = server;
  }

  static async start({ directory, programs, tuning, signal }: ClusterOptions) {
    const owner = await ownerOf();
    mkdirSync(directory, { mode: 0o700 });
    if (owner !== null) {
      chownSync(directory, owner.uid, owner.gid);
      letThrough(dirname(directory));
    }
    const data = join(directory, 'data');
    const inits = ['-D', data, '-U', DATABASE.user, '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    const init = asOwner(programs, owner, join(programs.postgres, 'initdb'), inits);
    await run(init.command, init.args, { cwd: directory, signal });
    appendFileSync(join(data, 'postgresql.conf'), postgresConfiguration(directory, tuning));
    const server = await ServerProcess.start({
      what: 'PostgreSQL',
      ...asOwner(programs, owner, join(programs.postgres, 'postgres'), ['-D', data]),
      env: process.env,
      ready: /database system is ready to accept connections/,
      signal,
    });
    return new PostgresCluster(directory, server);
  }

  /** The postmaster. */
  get pid(): number {
    return this.#server.pid;
  }

  /** The postmaster, and every process that it has now. */
  get pids(): number[] {
    const { pid } = this;
    return [pid, ...childrenOf(pid).map((child) => child.pid)];
  }

  /** Fast: whoever is connected still is cut off. False when it had to be killed. */
  stop(): Promise<boolean> {
    if (this.#server.isRunning) process.kill(this.#server.pid, 'SIGINT');
    return this.#server.stop();
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; then it runs as its own user. Null: as we do. */
async function ownerOf(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const idOf = async (flag: string) => Number((await run('id', [flag, ACCOUNT])).stdout);
  try {
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch (error) {
    throw new StackUnavailable(`there is no user ${ACCOUNT} to run PostgreSQL: ${String(error)}`);
  }
}

function asOwner(programs: Programs, owner: Owner | null, command: string, args: string[]) {
  const become =
    owner === null ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  return tethered(programs, { command, args }, 'INT', become);
}

/** The directories above ours were made for us alone; its owner may pass, not look. */
function letThrough(directory: string): void {
  for (let path = directory; path !== tmpdir() && path !== dirname(path); path = dirname(path)) {
    const { mode, uid } = statSync(path);
    if (uid === process.getuid?.()) chmodSync(path, (mode & 0o7777) | EXECUTABLE_BY_ALL);
  }
}
