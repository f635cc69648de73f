// Chance from a seed that is printed, for clients that misbehave at random.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.abs(Math.floor(seed)) % 2_147_483_646) + 1;
  }

  next(): number {
    this.#state = (this.#state * 16_807) % 2_147_483_647;
    return this.#state / 2_147_483_647;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  oneOf<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

/** `SEED=` of the environment, else a new one. */
export const seed = (): number => Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
