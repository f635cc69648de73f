// What must be undone when a command ends, however it ends: newest first, as after a test.

export class Cleanup {
  readonly #undos: (() => unknown)[] = [];

  after(undo: () => unknown): void {
    this.#undos.push(undo);
  }

  async run(): Promise<void> {
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) await undo();
  }
}
