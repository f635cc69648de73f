// What a bench asks the product before and after the load: plain GETs with fetch, a client of its
// own beside the load's.

const REQUEST_MS_MAX = 10_000;
const ORDERS_PAGE = 200;

export interface PricedSymbol {
  readonly name: string;
  readonly priceInCents: number;
}

export interface ActorsSnapshot {
  readonly threads: Readonly<
    Record<string, { readonly actors: readonly { address: string; turns: number }[] }>
  >;
}

interface OrdersPage {
  readonly orders: readonly { readonly id: string }[];
  readonly pagination: { readonly nextCursor: string | null };
}

export class Api {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Those that have a price. */
  async symbols(token: string): Promise<PricedSymbol[]> {
    const { symbols } = (await this.#get('/symbols', token)) as {
      readonly symbols: readonly { name: string; priceInCents: number | null }[];
    };
    return symbols.flatMap(({ name, priceInCents }) =>
      priceInCents === null ? [] : [{ name, priceInCents }],
    );
  }

  /** What runs in the broker, thread by thread. */
  async actors(adminToken: string): Promise<ActorsSnapshot> {
    return (await this.#get('/admin/actors', adminToken)) as ActorsSnapshot;
  }

  /** The id of every order of the user, as the list shows them, page after page. */
  async orderIds(token: string): Promise<Set<string>> {
    const ids = new Set<string>();
    for (let path: string | null = `/orders?limit=${ORDERS_PAGE}`; path !== null; ) {
      const page = (await this.#get(path, token)) as OrdersPage;
      for (const { id } of page.orders) ids.add(id);
      const { nextCursor } = page.pagination;
      const next = encodeURIComponent(nextCursor ?? '');
      path = nextCursor === null ? null : `/orders?limit=${ORDERS_PAGE}&cursor=${next}`;
    }
    return ids;
  }

  /** A customer of the admin's making; answers with the customer's token. */
  async newUser(adminToken: string, email: string): Promise<string> {
    const password = `password-of-${email}`;
    const user = { email, name: 'Bench', role: 'customer', password };
    await this.#request('POST', '/admin/users', adminToken, user);
    const session = await this.#request('POST', '/session', null, { email, password });
    return (session as { readonly token: string }).token;
  }

  #get(path: string, token: string): Promise<unknown> {
    return this.#request('GET', path, token, null);
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    token: string | null,
    body: object | null,
  ): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 500)}`);
  }
}
