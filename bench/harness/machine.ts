// Where a number was measured: the machine, the versions and the commit. Nothing that names a host
// or a person.
import { execFileSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Machine {
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
}

export function readMachine(): Machine {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${platform()} ${release()} ${arch()}`,
  };
}

/** The versions that package.json pins, which the lockfile holds to. */
export function packageVersions(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(text) as {
    readonly dependencies: Record<string, string>;
    readonly devDependencies: Record<string, string>;
  };
  return { ...dependencies, ...devDependencies };
}

export interface Commit {
  readonly id: string;
  /** True when tracked files differed from the commit. */
  readonly modified: boolean;
}

/** Null outside a clone, for example in an unpacked archive. */
export function readCommit(): Commit | null {
  const id = git('rev-parse', 'HEAD');
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return id === null || changes === null ? null : { id, modified: changes !== '' };
}

function git(...args: string[]): string | null {
  try {
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio }).trim();
  } catch {
    return null; // no git, or no clone: the record says so
  }
}
