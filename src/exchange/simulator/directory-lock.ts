// One exchange per data directory: two writers would tear the log. The lock is a local socket named
// after the directory, which the operating system lets go of with its process, however that ends.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class DirectoryInUseError extends Error {
  readonly code = 'directory_in_use';
}

/** Makes the directory if need be and holds it for the life of the process. */
export async function lockDirectory(directory: string): Promise<Server> {
  mkdirSync(directory, { recursive: true });
  const name = lockNameOf(realpathSync(directory));
  const lock = await hold(name);
  if (lock !== null) return lock;
  if (await isHeld(name)) {
    throw new DirectoryInUseError(`the directory ${directory} is in use by another exchange`);
  }
  rmSync(name, { force: true }); // left behind by a process that was killed
  const second = await hold(name);
  if (second !== null) return second;
  throw new DirectoryInUseError(`the directory ${directory} was taken by another exchange`);
}

/** On Linux a name without a file; elsewhere a file, which may outlive its process. */
function lockNameOf(path: string): string {
  const name = `outcry-exchange-${createHash('sha256').update(path).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name);
}

/** Null when the name is taken. */
async function hold(name: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  const listening = once(server, 'listening');
  server.listen(name).unref();
  try {
    await listening;
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
}

async function isHeld(name: string): Promise<boolean> {
  const socket = connect(name);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
