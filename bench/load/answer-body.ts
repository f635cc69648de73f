// What a generator needs of an answer's body, found by its place and not parsed: parsing would cost
// more than sending.

/** The order's id, the first member of the body. */
export function idIn(body: string): string {
  const id = /^\{"id":"([^"]+)"/.exec(body)?.[1];
  return id ?? (JSON.parse(body) as { id: string }).id;
}

/** A problem's code, or how the body begins. */
export function codeIn(body: string): string {
  return /"code":"([^"]+)"/.exec(body)?.[1] ?? body.slice(0, 80);
}
