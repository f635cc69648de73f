// Bytes of a request to a JSON value, or the problem with them. The text must be UTF-8, and no key
// may stand twice in an object: of two amounts nobody can say which was meant.
import { isAscii } from 'node:buffer';
import type { ProblemCode } from './problem.ts';
import type { RawRequest } from './request.ts';

export type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail?: string };

export function parseJsonBody({ body, headers }: RawRequest): ParsedBody {
  if (body === 'too_large') return { ok: false, code: 'body_too_large' };
  if (!isJson(headers['content-type'])) return { ok: false, code: 'unsupported_media_type' };
  if (body.length === 0) return { ok: false, code: 'empty_body' };
  try {
    const text = isAscii(body) ? asciiOf(body) : UTF_8.decode(body);
    if (text.trim() === '') return { ok: false, code: 'empty_body' };
    const value: unknown = JSON.parse(text);
    const twice = mayRepeatKeys(text, value) ? repeatedKey(text) : null;
    if (twice === null) return { ok: true, value };
    return { ok: false, code: 'malformed_json', detail: `The key ${twice} stands twice.` };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return { ok: false, code: 'malformed_json' };
    }
    throw error;
  }
}

/** With or without parameters such as `charset=utf-8`. */
function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  const [type] = contentType.split(';');
  return type?.trim().toLowerCase() === 'application/json';
}

/** A decoder that checks takes several times as long. */
function asciiOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * False when the text has as many colons as the flat object has keys: then none of them stood
 * twice. That is cheap, and so are most bodies.
 */
function mayRepeatKeys(text: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  let colons = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) colons++;
  return colons !== Object.keys(value).length;
}

/**
 * The first key that stands twice in one object of valid JSON, as it is written; null when there is
 * none.
 */
function repeatedKey(text: string): string | null {
  const open: Set<string>[] = [];
  let string = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') string = token;
    else {
      const keys = open.at(-1);
      const key = String(JSON.parse(string)); // `\u0061` and `a` are one key
      if (keys?.has(key)) return string;
      keys?.add(key);
    }
  }
  return null;
}
