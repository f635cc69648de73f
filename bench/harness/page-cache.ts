// Takes a file out of the operating system's memory, so that the next read comes from the disk.
import { execFileSync } from 'node:child_process';

/** False where that cannot be had (no GNU dd): then what is called cold is not. */
export function dropFromMemory(path: string): boolean {
  try {
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false; // the record says so
  }
}
