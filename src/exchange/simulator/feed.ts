// One feed to any number of readers. A frame is serialised once; a reader that is behind is served
// from what is kept, at its own pace; one that stops reading is cut, so that nobody's slowness
// costs memory.

/** A socket, seen from here. */
export interface FeedSink {
  /**
   * False when the reader must be given time; `FeedReader.drained` is called when it has had it.
   */
  write(text: string): boolean;
  cut(): void;
}

/** What lies between a feed and its readers, and may do wrong. */
export interface FeedWire {
  /** Nothing gets through: readers are served again by `pumpAll`. */
  isSilent(): boolean;
  /** What becomes of frames as they are published; what is read later is as it was. */
  carry(lines: readonly string[]): readonly string[];
  /** What `carry` still holds back. */
  flush(): readonly string[];
}

export const SOUND_WIRE: FeedWire = {
  isSilent: () => false,
  carry: (lines) => lines,
  flush: () => [],
};

export interface FeedOptions {
  readonly epoch: string;
  readonly headSeq: number;
  /** Frames kept in memory for readers that resume. */
  readonly framesKept: number;
  /** Older frames, in order, from somewhere slower; empty when they are not kept. */
  readonly readOlder: (afterSeq: number) => readonly KeptFrame[];
  readonly wire?: FeedWire;
}

export interface KeptFrame {
  readonly seq: number;
  readonly line: string;
}

const FRAMES_PER_WRITE_MAX = 512;
const STALLED_MS = 10_000;

export class Feed {
  readonly #epoch: string;
  readonly #framesKept: number;
  readonly #readOlder: FeedOptions['readOlder'];
  readonly #wire: FeedWire;
  readonly #readers = new Set<FeedReader>();
  #subscriptions = 0;
  /** A ring: the frame `seq` stands at `seq % framesKept`. */
  readonly #kept: string[];
  #firstKept: number;
  #headSeq: number;

  constructor(options: FeedOptions) {
    this.#epoch = options.epoch;
    this.#framesKept = options.framesKept;
    this.#kept = new Array<string>(options.framesKept).fill('');
    this.#readOlder = options.readOlder;
    this.#wire = options.wire ?? SOUND_WIRE;
    this.#headSeq = options.headSeq;
    this.#firstKept = options.headSeq + 1;
  }

  get headSeq(): number {
    return this.#headSeq;
  }

  /** Who reads now, and how often somebody has begun to. */
  get reading(): { readonly readers: number; readonly subscriptions: number } {
    return { readers: this.#readers.size, subscriptions: this.#subscriptions };
  }

  /** Whether a reader at `seq` can go on without a hole. */
  canResume(seq: number): boolean {
    if (seq > this.#headSeq) return false;
    return seq + 1 >= this.#firstKept || this.#readOlder(seq)[0]?.seq === seq + 1;
  }

  /** The next frames, in order, without a hole; each line ends with a line end. */
  publish(lines: readonly string[], nowMs: number): void {
    if (lines.length === 0) return;
    const before = this.#headSeq;
    for (const line of lines) this.#kept[++this.#headSeq % this.#framesKept] = line;
    this.#firstKept = Math.max(this.#firstKept, this.#headSeq - this.#framesKept + 1);
    if (this.#wire.isSilent()) return;
    const text = this.#wire.carry(lines).join('');
    for (const reader of this.#readers) reader.offer(text, before, this.#headSeq, nowMs);
  }

  /** Sends frames again that the readers have had, up to the head; false when they are not kept. */
  repeat(afterSeq: number, nowMs: number): boolean {
    const again: string[] = [];
    for (let seq = afterSeq; seq < this.#headSeq; ) {
      const frames = this.#after(seq);
      const last = frames?.at(-1);
      if (frames === null || last === undefined || again.length > this.#framesKept) return false;
      again.push(...frames.map((frame) => frame.line));
      seq = last.seq;
    }
    const text = again.join('');
    for (const reader of this.#readers) reader.offer(text, this.#headSeq, this.#headSeq, nowMs);
    return true;
  }

  /** Serves every reader what it has missed while the wire was silent. */
  pumpAll(nowMs: number): void {
    for (const reader of this.#readers) reader.pump(nowMs);
  }

  /** Begins a reader after `seq`; the opening lines go first. */
  subscribe(sink: FeedSink, seq: number, opening: readonly string[], nowMs: number): FeedReader {
    const reader = new FeedReader(sink, seq, (after) =>
      this.#wire.isSilent() ? [] : this.#after(after),
    );
    this.#readers.add(reader);
    this.#subscriptions++;
    if (opening.length > 0) reader.write(opening.join(''), seq, nowMs);
    reader.pump(nowMs);
    return reader;
  }

  unsubscribe(reader: FeedReader): void {
    this.#readers.delete(reader);
  }

  /** Once a second: a heartbeat to who has everything, the end for who has stopped reading. */
  heartbeat(nowMs: number): void {
    if (this.#wire.isSilent()) return;
    const line = `${this.#wire.flush().join('')}${this.#beat(nowMs)}`;
    for (const reader of this.#readers) {
      if (reader.stalledForMs(nowMs) > STALLED_MS) reader.cut();
      else reader.offer(line, this.#headSeq, this.#headSeq, nowMs);
    }
  }

  /**
   * At once: a reader that has just begun need not wait a second to know that it has everything.
   */
  heartbeatTo(reader: FeedReader, nowMs: number): void {
    if (this.#wire.isSilent()) return;
    reader.offer(this.#beat(nowMs), this.#headSeq, this.#headSeq, nowMs);
  }

  #beat(nowMs: number): string {
    const { headSeq } = this;
    const beat = { kind: 'heartbeat', epoch: this.#epoch, headSeq, exchangeAtMs: nowMs };
    return `${JSON.stringify(beat)}\n`;
  }

  cutAll(): void {
    for (const reader of this.#readers) reader.cut();
  }

  /** Null when a hole would open: the reader has fallen out of what is kept. */
  #after(seq: number): readonly KeptFrame[] | null {
    if (seq + 1 < this.#firstKept) {
      const older = this.#readOlder(seq);
      return older[0]?.seq === seq + 1 ? older : null;
    }
    const last = Math.min(this.#headSeq, seq + FRAMES_PER_WRITE_MAX);
    const frames: KeptFrame[] = [];
    for (let next = seq + 1; next <= last; next++) {
      frames.push({ seq: next, line: this.#kept[next % this.#framesKept] ?? '' });
    }
    return frames;
  }
}

export class FeedReader {
  readonly #sink: FeedSink;
  readonly #after: (seq: number) => readonly KeptFrame[] | null;
  #seq: number;
  #blockedSinceMs: number | null = null;

  constructor(sink: FeedSink, seq: number, after: (seq: number) => readonly KeptFrame[] | null) {
    this.#sink = sink;
    this.#seq = seq;
    this.#after = after;
  }

  /** New frames for all: only for a reader that has everything before them and is not held up. */
  offer(text: string, afterSeq: number, lastSeq: number, nowMs: number): void {
    if (this.#blockedSinceMs === null && this.#seq === afterSeq) {
      this.write(text, lastSeq, nowMs);
    }
  }

  drained(nowMs: number): void {
    this.#blockedSinceMs = null;
    this.pump(nowMs);
  }

  /** Sends what is kept until the reader has everything or must be given time. */
  pump(nowMs: number): void {
    while (this.#blockedSinceMs === null) {
      const frames = this.#after(this.#seq);
      if (frames === null) return this.cut();
      const last = frames.at(-1);
      if (last === undefined) return;
      this.write(frames.map((frame) => frame.line).join(''), last.seq, nowMs);
    }
  }

  write(text: string, lastSeq: number, nowMs: number): void {
    this.#seq = lastSeq;
    if (text !== '' && !this.#sink.write(text)) this.#blockedSinceMs = nowMs;
  }

  stalledForMs(nowMs: number): number {
    return this.#blockedSinceMs === null ? 0 : nowMs - this.#blockedSinceMs;
  }

  cut(): void {
    this.#sink.cut();
  }
}
