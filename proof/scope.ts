// What a run has started, ended in the reverse order: the `after` of a test, for a program that is
// none.

export class Scope {
  readonly #endings: (() => unknown)[] = [];

  after(end: () => unknown): void {
    this.#endings.push(end);
  }

  async end(): Promise<void> {
    for (let end = this.#endings.pop(); end !== undefined; end = this.#endings.pop()) await end();
  }
}
