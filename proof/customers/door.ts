// The way in for a client, be it a simulated one or a socket: requests, which may have no answer,
// and streams, which may end at any time.
import type { Answered, Request } from '../history/history.ts';

export interface DoorRequest extends Pick<Request, 'method' | 'path' | 'idempotencyKey' | 'body'> {
  readonly token: string;
}

export interface StreamRequest {
  readonly token: string;
  /** With its `?`. */
  readonly query: string;
  readonly lastEventId: number;
}

export interface StreamListener {
  text(text: string): void;
  /** Once; nothing comes after it. */
  closed(): void;
}

export interface Door {
  request(request: DoorRequest): Promise<Answered>;
  /** The result closes it from this side, without a word to the listener. */
  openStream(request: StreamRequest, listener: StreamListener): () => void;
}

/** Where clients live: a door, time and chance. */
export interface Outside {
  readonly door: Door;
  random(): number;
  pause(ms: number): Promise<void>;
}
