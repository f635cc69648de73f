// A copy of the working tree in a directory of its own, in which a mutant may live: what git knows
// of or would take, with the packages and the tapes as links.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { environmentWith } from './environment.ts';

const LINKED = ['node_modules', 'data/market'];

export class ScratchTree {
  readonly path: string;

  constructor(root: string) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'outcry-mutant-')));
    try {
      for (const file of filesOf(root)) this.#copy(root, file);
      for (const folder of LINKED) this.#link(root, folder);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Null when the patch is in; else why it is not. */
  apply(patch: string): string | null {
    const { status, stderr } = spawnSync('git', ['apply', resolve(patch)], {
      cwd: this.path,
      // Inside another repository git would take the paths for that one's.
      env: environmentWith({ GIT_CEILING_DIRECTORIES: dirname(this.path) }),
      encoding: 'utf8',
    });
    return status === 0 ? null : stderr.trim();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #copy(root: string, file: string): void {
    const to = join(this.path, file);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(root, file), to);
  }

  #link(root: string, folder: string): void {
    const to = join(this.path, folder);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(resolve(root, folder), to);
  }
}

function filesOf(root: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, env: environmentWith({}), encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && !LINKED.some((name) => `${file}/`.startsWith(`${name}/`)))
    .filter((file) => existsSync(join(root, file))); // removed, and git not told yet
}
