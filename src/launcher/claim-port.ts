// Finds out whether a port is free and claims it for the gateways, which bind it with SO_REUSEPORT:
// a second process that did the same would not fail, it would take half of the connections.
import { createServer, type Server } from 'node:net';

export class PortInUseError extends Error {
  readonly code = 'port_in_use';
  override readonly name = 'PortInUseError';
}

export interface ClaimedPort {
  readonly port: number;
  release(): void;
}

const TRIES = 20;

/**
 * Throws `PortInUseError`. Port 0 takes a free one, by its number: uWebSockets.js sets neither
 * SO_REUSEPORT nor SO_REUSEADDR on a port that the system chose, so none could be bound again.
 */
export async function claimPort(host: string, port: number): Promise<ClaimedPort> {
  for (let tried = 1; ; tried++) {
    const free = await probePort(host, port);
    try {
      const claim = await claimOf(free);
      return { port: free, release: () => claim?.close() };
    } catch (error) {
      if (port !== 0 || tried === TRIES) throw inUse(host, free, error);
    }
  }
}

/** Binds the port for a moment; the number that was bound. */
export function probePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(inUse(host, port, error)));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** A name that one process at a time can hold, and that the system frees when it dies. */
function claimOf(port: number): Promise<Server | null> {
  if (process.platform !== 'linux') return Promise.resolve(null); // abstract sockets are Linux's
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ path: `\0outcry-port-${port}` }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function inUse(host: string, port: number, error: unknown): PortInUseError {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const reason = isTaken ? 'it is taken by another process' : messageOf(error);
  return new PortInUseError(`the port ${port} on ${host} cannot be used: ${reason}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
