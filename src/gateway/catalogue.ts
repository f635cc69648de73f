// The symbols that can be traded, as the directory last listed them.
import type { CatalogueEntry } from '../actors/directory/protocol.ts';

interface Searchable {
  readonly entry: CatalogueEntry;
  readonly symbol: string;
  readonly company: string;
}

export class Catalogue {
  #bySymbol: ReadonlyMap<string, CatalogueEntry> = new Map();
  #searchable: readonly Searchable[] = [];

  /**
   * False until the first list with a symbol has come: before it, no symbol can be called unknown.
   */
  get isLoaded(): boolean {
    return this.#bySymbol.size > 0;
  }

  replace(symbols: readonly CatalogueEntry[]): void {
    this.#bySymbol = new Map(symbols.map((entry) => [entry.symbol, entry]));
    this.#searchable = symbols.map((entry) => ({
      entry,
      symbol: entry.symbol.toLowerCase(),
      company: entry.company.toLowerCase(),
    }));
  }

  get(symbol: string): CatalogueEntry | null {
    return this.#bySymbol.get(symbol) ?? null;
  }

  unknownAmong(symbols: readonly string[]): string[] {
    return symbols.filter((symbol) => !this.#bySymbol.has(symbol));
  }

  /**
   * Those whose symbol begins with `query`, then those whose company contains it; sorted by symbol
   * in each part.
   */
  search(query: string, limit: number): CatalogueEntry[] {
    const wanted = query.trim().toLowerCase();
    const bySymbol: CatalogueEntry[] = [];
    const byCompany: CatalogueEntry[] = [];
    for (const { entry, symbol, company } of this.#searchable) {
      if (symbol.startsWith(wanted)) bySymbol.push(entry);
      else if (company.includes(wanted)) byCompany.push(entry);
    }
    return [...bySymbol, ...byCompany].slice(0, limit);
  }
}
