// The server's connections, all of them at once: cut, and new ones refused, as if the process were
// gone for a while.
import type { Server } from 'node:http';

export class Doors {
  #server: Server | null = null;
  #areShut = false;

  guard(server: Server): void {
    this.#server = server;
    server.on('connection', (socket) => {
      if (this.#areShut) socket.destroy();
    });
  }

  shut(): void {
    this.#areShut = true;
    this.#server?.closeAllConnections();
  }

  open(): void {
    this.#areShut = false;
  }
}
