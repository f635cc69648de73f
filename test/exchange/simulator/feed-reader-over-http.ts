// A feed read line by line over HTTP, for tests that wait for what must come.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

type Frame = Readonly<Record<string, unknown>>;

export class FeedReaderOverHttp {
  /** Resolves when the exchange has ended or cut it. */
  readonly ended: Promise<void>;
  readonly #frames: Frame[] = [];
  #wake: () => void = () => {};
  #isOver = false;

  private constructor(response: Response) {
    this.ended = this.#read(response).then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  static async open(t: TestContext, url: string): Promise<FeedReaderOverHttp> {
    const abort = new AbortController();
    t.after(() => abort.abort());
    return new FeedReaderOverHttp(await fetch(url, { signal: abort.signal }));
  }

  /** The first frame, of those not yet passed, for which `isWanted` holds. */
  async next(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined && isWanted(frame)) return frame;
      if (frame !== undefined) continue;
      assert(!this.#isOver, 'the feed ended before what was waited for');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #read(response: Response): Promise<void> {
    assert(response.body !== null);
    let torn = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = `${torn}${chunk}`.split('\n');
      torn = lines.pop() ?? '';
      for (const line of lines) this.#frames.push(JSON.parse(line));
      this.#wake();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#wake();
  }
}
