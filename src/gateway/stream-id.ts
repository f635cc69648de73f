// `str_<gateway>_<tail>`: the id of a stream names the gateway that holds it, so that any gateway
// can pass on what is asked of it.

const RANDOM_LENGTH = 6;
const COUNT_LENGTH = 4;
const PATTERN = /^str_(\d{1,3})_[0-9a-z]{10}$/;

export const STREAM_ID_PATTERN = PATTERN.source;

/** No two of the streams of one life of a gateway are alike; those of two lives hardly ever. */
export class StreamIds {
  readonly #gateway: number;
  readonly #random: () => number;
  #count = 0;

  constructor(gateway: number, random: () => number) {
    this.#gateway = gateway;
    this.#random = random;
  }

  next(): string {
    const drawn = Array.from({ length: RANDOM_LENGTH }, () =>
      Math.floor(this.#random() * 36).toString(36),
    );
    this.#count = (this.#count + 1) % 36 ** COUNT_LENGTH;
    const count = this.#count.toString(36).padStart(COUNT_LENGTH, '0');
    return `str_${this.#gateway}_${drawn.join('')}${count}`;
  }
}

/** Null when it is no id of ours. */
export function gatewayOfStream(id: string): number | null {
  const gateway = PATTERN.exec(id)?.[1];
  return gateway === undefined ? null : Number(gateway);
}
