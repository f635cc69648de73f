// A gateway on a socket: listens, and takes itself down without cutting anybody off.
import { LIMITS } from '../limits.ts';
import type { Gateway } from './gateway.ts';
import { HttpServer } from './http-server.ts';

export class GatewayServer {
  readonly #gateway: Gateway;
  readonly #server: HttpServer;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#server = new HttpServer((request) => gateway.frontDoor.answer(request));
  }

  /** Resolves with the port, which is new when 0 was asked for; rejects with a `ListenError`. */
  listen(host: string, port: number): Promise<number> {
    return this.#server.listen(host, port);
  }

  /**
   * Takes nothing new, sends every stream away, and resolves when what was in flight is answered or
   * `stopMs` is over.
   */
  async drain(): Promise<void> {
    const { edge, hub } = this.#gateway;
    this.#server.stopListening();
    hub.drain();
    const isOver = new Promise<void>((resolve) => edge.after(LIMITS.stopMs, resolve));
    await Promise.race([this.#server.idle(), isOver]);
  }

  close(): void {
    this.#gateway.hub.close();
    this.#server.close();
    this.#gateway.close();
  }
}
