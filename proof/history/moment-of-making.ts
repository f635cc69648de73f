// What one key stands for is made once, at a moment within a request that carried it: those that
// found the key unused came before, those that found it used came after. Says whether there is such
// a moment; it accepts exactly the histories that have one.

/** What an answer, or its absence, proves about the key. */
export type Role =
  /** It was told that it has made it. */
  | 'maker'
  /** Nobody knows; it may also make it after everybody has stopped waiting. */
  | 'possible_maker'
  | 'found_used'
  | 'found_unused'
  /** Nothing: it was refused unseen, or may have been but a repetition. */
  | 'bystander';

export interface Part {
  readonly role: Role;
  readonly begunAt: number;
  readonly endedAt: number;
}

export function hasMomentOfMaking(parts: readonly Part[]): boolean {
  const having = (role: Role) => parts.filter((part) => part.role === role);
  const told = having('maker');
  if (told.length > 1) return false;
  const after = Math.max(0, ...having('found_unused').map(({ begunAt }) => begunAt));
  const before = Math.min(Infinity, ...having('found_used').map(({ endedAt }) => endedAt));
  const [maker] = told;
  if (maker !== undefined) {
    return Math.max(after, maker.begunAt) < Math.min(before, maker.endedAt);
  }
  return having('possible_maker').some(({ begunAt }) => Math.max(after, begunAt) < before);
}
