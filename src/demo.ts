// The demo: two users with cash and shares and an admin, made on first use; demo.json holds who
// they are. Tokens are new at each start, passwords stay.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { DIRECTORY } from './actors/addresses.ts';
import type { EnsureUser, GetSigningKey, Role } from './actors/directory/protocol.ts';
import { issueToken } from './gateway/auth.ts';
import { hashPassword } from './gateway/passwords.ts';
import { LIMITS } from './limits.ts';
import { isAskFailure } from './runtime/actor.ts';
import type { Edge } from './runtime/edge.ts';
import type { PriceTable } from './shared/price-table.ts';

export interface DemoUser {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface Demo {
  readonly users: readonly DemoUser[];
  readonly admin: DemoUser;
}

interface Person {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

const CUSTOMERS: readonly Person[] = [
  { email: 'alice@demo.outcry', name: 'Alice', role: 'customer' },
  { email: 'bob@demo.outcry', name: 'Bob', role: 'customer' },
];
const ADMIN: Person = { email: 'admin@demo.outcry', name: 'Admin', role: 'admin' };

const EXAMPLES = ['IBM', 'AIG', 'BAC'];

/**
 * Makes the demo users known to the directory and signs their tokens. `path` is the demo.json of an
 * earlier start.
 */
export async function prepareDemo(edge: Edge, path: string): Promise<Demo> {
  const passwords = passwordsIn(path);
  const key = await signingKey(edge);
  const prepare = (person: Person) => prepareUser(edge, key, person, passwords);
  const [admin, ...users] = await Promise.all([ADMIN, ...CUSTOMERS].map(prepare));
  if (admin === undefined) throw new Error('the demo has no admin');
  return { users, admin };
}

/** For its owner's eyes only, and never half written. */
export function writeDemo(path: string, demo: Demo): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Symbols that an example can be about, whatever the tape. */
export function exampleSymbols(prices: PriceTable): readonly string[] {
  const { names } = prices;
  const known = EXAMPLES.filter((symbol) => names.includes(symbol));
  if (known.length > 0) return known;
  const priced = names.filter((symbol) => prices.read(symbol)?.price !== null);
  return (priced.length > 0 ? priced : names).slice(0, EXAMPLES.length);
}

/** What a start prints: who can be, and three lines to paste. */
export function demoText(
  url: string,
  demo: Demo,
  connections: string,
  symbols: readonly string[],
): string {
  const [alice, bob] = demo.users;
  const header = `-H 'Authorization: Bearer ${alice?.token}'`;
  const body = `{"position":"buy","symbol":"${symbols[0]}","type":"market","numShares":10}`;
  return [
    `outcry ready ${url}`,
    '',
    `connections to the exchange: ${connections}`,
    `${alice?.email}  token ${alice?.token}`,
    `${bob?.email}    token ${bob?.token}`,
    `${demo.admin.email}  token ${demo.admin.token}`,
    '',
    'watch prices:',
    `  curl -N ${header} '${url}/stream?symbols=${symbols}'`,
    'place an order:',
    `  curl -X POST ${header} -H 'Content-Type: application/json' -d '${body}' ${url}/order`,
    'watch your orders:',
    `  curl -N ${header} '${url}/stream?orders=true'`,
    '',
  ].join('\n');
}

async function prepareUser(
  edge: Edge,
  key: Uint8Array,
  { email, name, role }: Person,
  passwords: ReadonlyMap<string, string>,
): Promise<DemoUser> {
  const password = passwords.get(email) ?? randomBytes(9).toString('base64url');
  const passwordHash = await hashPassword(password);
  const answer = await edge.ask<EnsureUser>(
    DIRECTORY,
    { kind: 'EnsureUser', email, name, role, passwordHash, isDemo: role === 'customer' },
    LIMITS.readAskMs,
  );
  if (isAskFailure(answer)) throw new Error(`the directory did not take ${email}`);
  const { userId } = answer;
  const token = await issueToken(key, { userId, role }, edge.nowMs(), LIMITS.tokenLifeMs);
  return { userId, email, password, token };
}

async function signingKey(edge: Edge): Promise<Uint8Array> {
  const answer = await edge.ask<GetSigningKey>(
    DIRECTORY,
    { kind: 'GetSigningKey' },
    LIMITS.readAskMs,
  );
  if (isAskFailure(answer)) throw new Error('the directory gave no signing key');
  return Buffer.from(answer.keyBase64url, 'base64url');
}

/**
 * E-mail -> password, from the file of an earlier start; an unreadable file means new passwords.
 */
function passwordsIn(path: string): ReadonlyMap<string, string> {
  if (!existsSync(path)) return new Map();
  try {
    const { users, admin } = JSON.parse(readFileSync(path, 'utf8')) as Demo;
    return new Map([...users, admin].map(({ email, password }) => [email, password]));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return new Map();
    throw error;
  }
}
