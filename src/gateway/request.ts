// One HTTP request as plain data, read before anything is awaited. Made by the HTTP server, or by a
// test.

export const HEADERS = [
  'authorization',
  'cookie',
  'content-type',
  'idempotency-key',
  'prefer',
  'last-event-id',
  'outcry-sandbox-fault',
] as const;
export type HeaderName = (typeof HEADERS)[number];

export interface RawRequest {
  /** Upper case. */
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** What stands behind the `?`, still encoded. */
  readonly query: string;
  /** Empty when absent. */
  readonly headers: Readonly<Record<HeaderName, string>>;
  /** `too_large` when it was not read to its end. */
  readonly body: Uint8Array | 'too_large';
}

/** The value of one cookie, or null. */
export function cookieOf(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return pair.slice(equals + 1).trim();
  }
  return null;
}
