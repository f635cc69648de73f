// Operating errors of a gateway.

/** The port could not be had. */
export class ListenError extends Error {
  readonly code = 'listen_failed';

  constructor(host: string, port: number) {
    super(`${host}:${port} could not be listened on: it is taken, or not an address of this host`);
    this.name = 'ListenError';
  }
}
