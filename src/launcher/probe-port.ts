// Finds out whether a port is free, by binding it for a moment: a second listener with SO_REUSEPORT
// would silently succeed and take half of the connections.
import { createServer } from 'node:net';

export class PortInUseError extends Error {
  readonly code = 'port_in_use';
  override readonly name = 'PortInUseError';
}

/** Throws `PortInUseError`. Port 0 is always free. */
export function probePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is taken by another process' : error.message;
      reject(new PortInUseError(`the port ${port} on ${host} cannot be used: it ${reason}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}
