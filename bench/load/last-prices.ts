// What a client saw last of each of its symbols, to be compared with what was published last.

export class LastPrices {
  readonly #prices = new Map<string, number>();

  take(symbol: string, priceInCents: number): void {
    this.#prices.set(symbol, priceInCents);
  }

  /** Of these symbols, those whose newest price this client has not. */
  behind(symbols: readonly string[], published: ReadonlyMap<string, number>): string[] {
    return symbols.filter((symbol) => this.#prices.get(symbol) !== published.get(symbol));
  }
}
