// The operator: makes users, brings cash and shares in and some of it out again, stops trading and
// lets it go on. Everything is asked for until there is an answer.
import type { Client, Reply } from './client.ts';

const TRIES_MAX = 100;

export class Operator {
  readonly client: Client;
  #moves = 0;

  constructor(client: Client) {
    this.client = client;
  }

  /** The new user's id. A repetition whose first attempt was carried out finds it in the list. */
  async createUser(name: string, password: string): Promise<string> {
    const email = `${name}@example.com`;
    const body = { email, name, role: 'customer', password };
    const reply = await this.#insist('POST', '/admin/users', { body });
    const { userId } = reply.body;
    if (typeof userId === 'string') return userId;
    const listed = await this.#insist('GET', '/admin/users', {});
    const users = (listed.body['users'] ?? []) as { userId: string; email: string }[];
    const known = users.find((user) => user.email === email);
    if (known === undefined) throw new Error(`no user was made: ${JSON.stringify(reply.body)}`);
    return known.userId;
  }

  deposit(userId: string, asset: string, amount: number): Promise<Reply> {
    return this.#move(userId, 'deposits', { asset, amount });
  }

  withdraw(userId: string, amount: number): Promise<Reply> {
    return this.#move(userId, 'withdrawals', { asset: 'USD', amount });
  }

  setTradingState(state: 'active' | 'halted'): Promise<Reply> {
    const body = { scope: 'broker', state, reason: 'a drill' };
    return this.#insist('PUT', '/admin/trading-state', { body });
  }

  #move(userId: string, what: string, body: Readonly<Record<string, unknown>>): Promise<Reply> {
    const idempotencyKey = `move-${this.#moves++}`;
    return this.#insist('POST', `/admin/users/${userId}/${what}`, { body, userId, idempotencyKey });
  }

  #insist(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    more: {
      readonly body?: Readonly<Record<string, unknown>>;
      readonly userId?: string;
      readonly idempotencyKey?: string;
    },
  ): Promise<Reply> {
    return this.client.insist({ method, path, ...more }, TRIES_MAX);
  }
}
