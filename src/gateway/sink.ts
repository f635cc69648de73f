// Where a stream's bytes go. The hub sees nothing else of a connection, so that a simulated
// customer is a sink too.

export interface Sink {
  /** False: the bytes are on their way all the same, but no more should follow until `drained`. */
  write(bytes: string | Uint8Array): boolean;
  close(): void;
}

/** What the owner of the socket tells the stream behind it. */
export interface SinkListener {
  drained(): void;
  /** The client is gone: the sink must not be written to any more. */
  closed(): void;
}
