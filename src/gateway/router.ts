// Method and path -> route. A known path with another method is told apart from an unknown path.
import type { Route } from './route.ts';

export type Found =
  | {
      readonly outcome: 'route';
      readonly route: Route;
      /** Still percent-encoded. */
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly outcome: 'method_not_allowed'; readonly allowed: readonly string[] }
  | { readonly outcome: 'not_found' };

interface Entry {
  readonly segments: readonly string[];
  readonly route: Route;
}

export class Router {
  readonly #byLength = new Map<number, Entry[]>();
  /** What is found for the methods and paths of routes without parameters. */
  readonly #known = new Map<string, Found>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split('/');
      const entries = this.#byLength.get(segments.length) ?? [];
      entries.push({ segments, route });
      this.#byLength.set(segments.length, entries);
    }
    for (const { method, path } of routes) {
      if (!path.includes(':')) this.#known.set(`${method} ${path}`, this.#search(method, path));
    }
  }

  find(method: string, path: string): Found {
    return this.#known.get(`${method} ${path}`) ?? this.#search(method, path);
  }

  #search(method: string, path: string): Found {
    const segments = path.split('/');
    const allowed: string[] = [];
    for (const { segments: pattern, route } of this.#byLength.get(segments.length) ?? []) {
      const params = match(pattern, segments);
      if (params === null) continue;
      if (route.method === method) return { outcome: 'route', route, params };
      allowed.push(route.method);
    }
    return allowed.length > 0
      ? { outcome: 'method_not_allowed', allowed }
      : { outcome: 'not_found' };
  }
}

function match(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  const params: [string, string][] = [];
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':')) {
      if (segment === '') return null;
      params.push([expected.slice(1), segment]);
    } else if (segment !== expected) return null;
  }
  return Object.fromEntries(params);
}
