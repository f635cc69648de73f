// From an address to the link that leads there, by `place` alone. Remembers what it has worked out.
import { type Address, keyOf, kindOf } from './actor.ts';
import type { AskWindow, Link } from './link.ts';

export interface Route {
  readonly to: Address;
  readonly link: Link;
  readonly window: AskWindow;
}

const ROUTES_KEPT_MAX = 65_536;

export class Router {
  readonly #place: (kind: string, key: string) => string;
  readonly #links: ReadonlyMap<string, Link>;
  readonly #routes = new Map<Address, Route | null>();

  constructor(place: (kind: string, key: string) => string, links: ReadonlyMap<string, Link>) {
    this.#place = place;
    this.#links = links;
  }

  /** Null when `place` names a thread that does not exist. */
  routeTo(to: Address): Route | null {
    const known = this.#routes.get(to);
    if (known !== undefined) return known;
    if (this.#routes.size >= ROUTES_KEPT_MAX) this.#routes.clear();
    const link = this.#links.get(this.#place(kindOf(to), keyOf(to)));
    const route = link === undefined ? null : { to, link, window: link.windowOf(kindOf(to)) };
    this.#routes.set(to, route);
    return route;
  }
}
