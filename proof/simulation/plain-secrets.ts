// Tokens and passwords that are computed at once: the real ones come from threads whose time is not
// the simulation's. A token is the caller's name.
import type { Principal, TokenBook, Verdict } from '../../src/gateway/auth.ts';
import type { PasswordBook } from '../../src/gateway/passwords.ts';

export const ADMIN_TOKEN = 'admin-usr_00admin';

export function tokenOf(userId: string): string {
  return `customer-${userId}`;
}

export const PLAIN_TOKENS: TokenBook = {
  verify: (token) => Promise.resolve(verdictOf(token)),
  issue: () => Promise.resolve(null),
};

export const PLAIN_PASSWORDS: PasswordBook = {
  check: (password, stored) => Promise.resolve(stored === `plain$${password}` ? 'right' : 'wrong'),
  hash: (password) => Promise.resolve(`plain$${password}`),
};

function verdictOf(token: string): Verdict {
  const expiresAtMs = Number.MAX_SAFE_INTEGER;
  const [role, ...userId] = token.split('-');
  if (role === 'admin') return { userId: 'usr_00admin', role, expiresAtMs };
  if (role !== 'customer') return 'invalid';
  return { userId: userId.join('-'), role, expiresAtMs } satisfies Principal;
}
