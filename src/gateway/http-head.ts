// The headers of one request. What may stand once and stands twice, or a framing that can be read
// in two ways, is refused before the request means anything: the server underneath would take the
// first and go on.
import type { FieldError } from './problem.ts';
import { HEADERS, type HeaderName, type RawRequest } from './request.ts';

export interface HttpHead {
  readonly headers: RawRequest['headers'];
  /** `Content-Length`, or 0. */
  readonly declaredBytes: number;
  readonly fault: FieldError | null;
}

const KNOWN: ReadonlySet<string> = new Set([...HEADERS, 'content-length', 'transfer-encoding']);

/** `forEach` calls back with each header, names in lower case. */
export function readHead(forEach: (take: (name: string, value: string) => void) => void): HttpHead {
  const found = new Map<string, string>();
  let fault: FieldError | null = null;
  forEach((name, value) => {
    if (!KNOWN.has(name)) return;
    const earlier = found.get(name);
    if (earlier !== undefined && name !== 'prefer') {
      fault ??= { field: asDocumented(name), message: 'stands more than once' };
    }
    if (name === 'idempotency-key' && value === '') {
      // Whoever sends it wants a key.
      fault ??= { field: asDocumented(name), message: 'must not be empty' };
    }
    found.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  });
  const encoding = found.get('transfer-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') {
    fault ??= { field: 'Transfer-Encoding', message: 'must be chunked' };
  }
  const length = found.get('content-length') ?? '0';
  if (!/^\d{1,15}$/.test(length)) {
    fault ??= { field: 'Content-Length', message: 'must be a number of bytes' };
  }
  return {
    headers: headersFrom(found),
    declaredBytes: Number(length),
    fault,
  };
}

/** `idempotency-key` is `Idempotency-Key` in every document and in every other error. */
function asDocumented(name: string): string {
  if (name === 'last-event-id') return 'Last-Event-ID';
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

function headersFrom(found: ReadonlyMap<string, string>): RawRequest['headers'] {
  const header = (name: HeaderName) => found.get(name) ?? '';
  return {
    authorization: header('authorization'),
    cookie: header('cookie'),
    'content-type': header('content-type'),
    'idempotency-key': header('idempotency-key'),
    prefer: header('prefer'),
    'last-event-id': header('last-event-id'),
    'outcry-sandbox-fault': header('outcry-sandbox-fault'),
  };
}
