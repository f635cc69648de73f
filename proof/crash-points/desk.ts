// Customers and an operator who survive the broker's deaths: they repeat what was not answered,
// with its key, and remember what was acknowledged.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../test/scenario/api.ts';
import type { Stage } from './stage.ts';

export type Body = Record<string, unknown>;

/** What a 2xx has promised. */
export type Promised =
  | {
      readonly kind: 'order';
      readonly who: string;
      readonly key: string;
      readonly order: Body;
      readonly id: string;
    }
  | { readonly kind: 'cancel'; readonly who: string; readonly id: string }
  | { readonly kind: 'money'; readonly path: string; readonly key: string; readonly body: Body };

/** An order that a crash has kept from the exchange ends so, and its customer sends another. */
const NEVER_THERE: ReadonlySet<string> = new Set([
  'not_sent',
  'not_found_at_exchange',
  'too_late',
  'rejected_by_exchange',
]);

const PATIENCE_MS = 40_000;
const LOOK_EVERY_MS = 20;

export class Desk {
  readonly promised: Promised[] = [];
  readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  get<Found>(who: string, path: string, find: (body: Answer['body']) => Found | null) {
    return this.until(path, async () => {
      const { status, body } = await this.stage.request(who, 'GET', path);
      return status === 200 ? find(body) : null;
    });
  }

  /** Until the exchange has it. Its id. */
  async placed(who: string, key: string, order: Body): Promise<string> {
    const headers = { 'idempotency-key': key };
    const { status, body } = await this.stage.request(who, 'POST', '/order', order, headers);
    const shown = JSON.stringify(body);
    if (status < 300) {
      const { id } = body;
      this.promised.push({ kind: 'order', who, key, order, id });
      const known = await this.order(who, id, ({ status }) => status !== 'pending');
      if (known.status !== 'failed') return id;
      assert(NEVER_THERE.has(known.failCode), `${id} failed: ${known.failCode}`);
    } else {
      assert(status === 422 && body.retry === 'new_key', `${key}: ${status} ${shown}`);
      assert(NEVER_THERE.has(body.code), shown);
    }
    return this.placed(who, `${key}+`, order);
  }

  /** Until it is closed. */
  async cancelled(who: string, id: string): Promise<void> {
    const { status, body } = await this.stage.request(who, 'DELETE', `/order/${id}`);
    assert(status === 200 || status === 202, `${id}: ${status} ${JSON.stringify(body)}`);
    this.promised.push({ kind: 'cancel', who, id });
    await this.at(who, id, 'cancelled');
  }

  /** A deposit or a withdrawal of the admin's. */
  async moved(path: string, key: string, body: Body): Promise<void> {
    const headers = { 'idempotency-key': key };
    const answer = await this.stage.request('admin', 'POST', path, body, headers);
    assert(answer.status === 200 || answer.status === 201, JSON.stringify(answer.body));
    this.promised.push({ kind: 'money', path, key, body });
  }

  async tradingState(state: string): Promise<void> {
    const body = { scope: 'broker', state, reason: 'a drill' };
    const { status } = await this.stage.request('admin', 'PUT', '/admin/trading-state', body);
    assert.equal(status, 200);
  }

  at(who: string, id: string, ...statuses: string[]): Promise<Answer['body']> {
    return this.order(who, id, ({ status }) => statuses.includes(status));
  }

  order(who: string, id: string, suits: (order: Answer['body']) => boolean) {
    return this.get(who, `/order/${id}`, (order) => (suits(order) ? order : null));
  }

  async until<Found>(
    what: string,
    look: () => Promise<Found | null>,
    context: () => string = () => '',
  ): Promise<Found> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      assert(Date.now() < giveUpAtMs, `waited in vain for ${what}\n${context()}`);
      await sleep(LOOK_EVERY_MS);
    }
  }
}
