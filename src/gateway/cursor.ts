// A cursor as clients see it: opaque text that holds a place, and is read back only in the shape in
// which it was given out.
import type { Shape } from './shape.ts';

export function cursorText(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Null when it is none of ours. */
export function readCursor<Place>(text: string, shape: Shape<Place>): Place | null {
  try {
    const checked = shape.check(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return checked.ok ? checked.value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
