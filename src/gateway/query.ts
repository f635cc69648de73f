// The query of a URL as an object of strings. A parameter may stand once; broken percent-encoding
// is refused.
import type { FieldError } from './problem.ts';
import type { Checked } from './shape.ts';

const NO_PARAMETERS: Checked<Readonly<Record<string, string>>> = { ok: true, value: {} };

export function parseQuery(query: string): Checked<Readonly<Record<string, string>>> {
  if (query === '') return NO_PARAMETERS;
  const entries: [string, string][] = [];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    const value = decoded(equals === -1 ? '' : pair.slice(equals + 1));
    if (name === null || value === null) {
      errors.push({ field: name ?? 'query', message: 'is not percent-encoded UTF-8' });
    } else if (seen.has(name)) {
      errors.push({ field: name, message: 'stands more than once' });
    } else {
      seen.add(name);
      entries.push([name, value]);
    }
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: Object.fromEntries(entries) };
}

/** Null when it cannot be decoded. */
export function decodedSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function decoded(part: string): string | null {
  return decodedSegment(part.replaceAll('+', ' '));
}
