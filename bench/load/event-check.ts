// Whether the numbered events of one stream are all there, each once: they rise by one from where
// the stream began.

export class EventCheck {
  #lastSeq: number | null = null;
  #missing = 0;
  #repeated = 0;

  get missing(): number {
    return this.#missing;
  }

  get repeated(): number {
    return this.#repeated;
  }

  begin(headSeq: number): void {
    this.#lastSeq = headSeq;
  }

  take(seq: number): void {
    const last = this.#lastSeq ?? seq - 1;
    if (seq <= last) {
      this.#repeated++;
      return;
    }
    this.#missing += seq - last - 1;
    this.#lastSeq = seq;
  }

  hasReached(headSeq: number): boolean {
    return this.#lastSeq !== null && this.#lastSeq >= headSeq;
  }

  /** What has not come by now counts as missing, too; of a stream that never began, all. */
  close(headSeq: number): void {
    const lastSeq = this.#lastSeq ?? 0;
    this.#missing += Math.max(0, headSeq - lastSeq);
    this.#lastSeq = Math.max(lastSeq, headSeq);
  }
}
