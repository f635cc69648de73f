// The link to another thread. It gathers a tick's messages into one frame; its session begins and
// ends with the data port, its windows and held values outlive it.
import assert from 'node:assert/strict';
import { type Frame, FrameDecoder, FrameEncoder } from './codec.ts';
import type { TellSource } from './envelope.ts';
import { Link } from './link.ts';
import type { Deliver } from './local-link.ts';
import { isTell, type Packet } from './packet.ts';

/** The messages are those in the bytes. */
export type Post = (bytes: Uint8Array<ArrayBuffer>, messages: readonly Packet[]) => void;

/** Messages that cannot travel between threads are handed back here, each with the error. */
export type Unsendable = (packet: Packet, error: unknown) => void;

/**
 * One life of a data port. Envelopes refer to it, so that acknowledgements never cross from an old
 * port to a new one.
 */
class Session implements TellSource {
  readonly peerIncarnation: number;
  readonly post: Post;
  readonly encoder = new FrameEncoder();
  readonly decoder = new FrameDecoder();
  handledTells = 0;
  ackedToPeer = 0;
  sentTells = 0;
  ackedByPeer = 0;
  sentFrames = 0;
  receivedFrames = 0;

  constructor(peerIncarnation: number, post: Post) {
    this.peerIncarnation = peerIncarnation;
    this.post = post;
  }
}

export interface PeerTraffic {
  framesSent: number;
  framesReceived: number;
  messagesSent: number;
  messagesReceived: number;
  bytesSent: number;
}

export class PeerLink extends Link {
  readonly traffic: PeerTraffic = {
    framesSent: 0,
    framesReceived: 0,
    messagesSent: 0,
    messagesReceived: 0,
    bytesSent: 0,
  };
  #session: Session | null = null;
  #batch: Packet[] = [];

  override get isUp(): boolean {
    return this.#session !== null;
  }

  get peerIncarnation(): number | null {
    return this.#session?.peerIncarnation ?? null;
  }

  get hasBatch(): boolean {
    return this.#batch.length > 0;
  }

  override get tellsInFlight(): number {
    return this.#session === null ? 0 : this.#session.sentTells - this.#session.ackedByPeer;
  }

  open(peerIncarnation: number, post: Post): void {
    assert(this.#session === null, `the link to ${this.thread} is already up`);
    this.#session = new Session(peerIncarnation, post);
  }

  /** What was still to be flushed, and how many sent tells nobody will ever know the fate of. */
  close(): { readonly unsent: readonly Packet[]; readonly unacknowledged: number } {
    const unsent = this.#batch;
    const unsentTells = unsent.filter(isTell).length;
    const unacknowledged = Math.max(this.tellsInFlight - unsentTells, 0);
    this.#batch = [];
    this.#session = null;
    return { unsent, unacknowledged };
  }

  override put(packet: Packet): void {
    if (this.#session === null) assert.fail(`the link to ${this.thread} is down`);
    if (isTell(packet)) this.#session.sentTells++;
    this.#batch.push(packet);
  }

  /** Takes a frame apart; each tell in it counts as unhandled until its envelope says otherwise. */
  receive(bytes: Uint8Array, deliver: Deliver): number {
    const session = this.#session;
    if (session === null) return 0;
    const frame = session.decoder.decode(bytes);
    session.receivedFrames++;
    if (frame.seq !== session.receivedFrames) assert.fail(`a frame of ${this.thread} is missing`);
    session.ackedByPeer = Math.max(session.ackedByPeer, frame.ack);
    this.traffic.framesReceived++;
    this.traffic.messagesReceived += frame.messages.length;
    for (const packet of frame.messages) deliver(packet, isTell(packet) ? session : null);
    return frame.messages.length;
  }

  /**
   * Everything gathered: in one frame, or in several when one would keep the peer waiting for its
   * first message. None, unless the peer's window waits for its acknowledgements.
   */
  flush(incarnation: number, sentAtMs: number, unsendable: Unsendable): void {
    const session = this.#session;
    if (session === null) return;
    this.drainHeld();
    const unacked = session.handledTells - session.ackedToPeer;
    if (this.#batch.length === 0 && unacked * 4 < this.limits.linkWindow) return;
    const batch = this.#batch;
    this.#batch = [];
    const { frameMessagesMax } = this.limits;
    let sent = 0;
    do {
      const messages = batch.slice(sent, sent + frameMessagesMax);
      const { handledTells: ack, sentFrames } = session;
      const frame = { incarnation, seq: sentFrames + 1, sentAtMs, ack, messages };
      this.#post(session, encodeOrSift(frame, session, unsendable));
      sent += messages.length;
    } while (sent < batch.length);
  }

  #post(session: Session, { bytes, frame: { seq, ack, messages } }: Encoded): void {
    session.sentFrames = seq;
    session.ackedToPeer = ack;
    this.traffic.framesSent++;
    this.traffic.messagesSent += messages.length;
    this.traffic.bytesSent += bytes.length;
    session.post(bytes, messages);
  }
}

interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is in the bytes. */
  readonly frame: Frame;
}

/** A message that msgpack cannot take must not cost the others of its frame. */
function encodeOrSift(frame: Frame, session: Session, unsendable: Unsendable): Encoded {
  try {
    return { bytes: session.encoder.encode(frame), frame };
  } catch {
    const messages = frame.messages.filter((packet) => {
      try {
        session.encoder.check(packet);
        return true;
      } catch (error) {
        if (isTell(packet)) session.sentTells--;
        unsendable(packet, error);
        return false;
      }
    });
    const sifted = { ...frame, messages };
    return { bytes: session.encoder.encode(sifted), frame: sifted };
  }
}
