// A whole history against the books: per idempotency key, per order, per account, per deposit, and
// per stream. Empty when some legal order of events explains all that the clients saw.
import { HOUSE_USER_ID } from '../../src/domain/ids.ts';
import type { UserTruth } from './books-truth.ts';
import { checkDeposit } from './check-deposits.ts';
import { checkKey } from './check-keys.ts';
import { checkOrder, heardReading } from './check-orders.ts';
import { checkRegister, type Reading } from './check-register.ts';
import { groupBy } from './group-by.ts';
import { type History, type Operation, orderIn, type Sighting } from './history.ts';

/** How the ids of what an operator has brought in begin. */
const BY_OPERATOR = 'admin/';

export interface HistoryCounts {
  readonly ok: number;
  readonly fail: number;
  readonly unknown: number;
}

export function countsOf({ operations }: History): HistoryCounts {
  const counts = { ok: 0, fail: 0, unknown: 0 };
  for (const { outcome } of operations) counts[outcome]++;
  return counts;
}

export function checkHistory(history: History, truths: ReadonlyMap<string, UserTruth>): string[] {
  const operations = groupBy(history.operations, ({ request }) => request.userId);
  const sightings = groupBy(history.sightings, ({ userId }) => userId);
  const users = new Set([...operations.keys(), ...truths.keys()]);
  return [...users].flatMap((userId) => {
    const truth = truths.get(userId) ?? nothingOf(userId);
    const own = new UserHistory(operations.get(userId) ?? [], sightings.get(userId) ?? []);
    return own.problems(truth).map((problem) => `${userId}: ${problem}`);
  });
}

function nothingOf(userId: string): UserTruth {
  return {
    userId,
    events: [],
    orders: [],
    ordersByKey: new Map(),
    depositsByKey: new Map(),
    versionsByOrder: new Map(),
    accountVersions: [],
  };
}

class UserHistory {
  readonly #operations: readonly Operation[];
  readonly #sightings: readonly Sighting[];

  constructor(operations: readonly Operation[], sightings: readonly Sighting[]) {
    this.#operations = operations;
    this.#sightings = sightings;
  }

  problems(truth: UserTruth): string[] {
    return [
      ...this.#keys(truth),
      ...this.#orders(truth),
      ...this.#deposits(truth),
      ...this.#account(truth),
    ];
  }

  #keys({ userId, ordersByKey }: UserTruth): string[] {
    const submits = this.#operations.filter(isSubmit);
    const byKey = groupBy(submits, ({ request }) => request.idempotencyKey ?? '');
    const problems = [...byKey].flatMap(([key, operations]) =>
      checkKey(key, operations, ordersByKey.get(key) ?? null),
    );
    if (userId === HOUSE_USER_ID) return problems; // its orders stand for trades of nobody (E22)
    const phantoms = [...ordersByKey].filter(([key]) => !byKey.has(key));
    return [
      ...problems,
      ...phantoms.map(([key, { orderId }]) => `key ${key}: nobody asked for order ${orderId}`),
    ];
  }

  #orders({ versionsByOrder, ordersByKey }: UserTruth): string[] {
    const byPath = groupBy(this.#operations, ({ request }) => request.path);
    const submits = groupBy(this.#operations.filter(isSubmit), ({ request }) => {
      return ordersByKey.get(request.idempotencyKey ?? '')?.orderId ?? '';
    });
    const orderOf = new Map<number, string>();
    for (const [orderId, versions] of versionsByOrder) {
      for (const { seq } of versions) orderOf.set(seq, orderId);
    }
    const sightings = groupBy(this.#sightings, ({ seq }) => orderOf.get(seq) ?? '');
    return [...versionsByOrder].flatMap(([orderId, versions]) => {
      const own = byPath.get(`/order/${orderId}`) ?? [];
      return checkOrder(orderId, versions, {
        submits: submits.get(orderId) ?? [],
        cancels: own.filter(({ request }) => request.method === 'DELETE'),
        reads: own.filter(({ request }) => request.method === 'GET'),
        sightings: sightings.get(orderId) ?? [],
      });
    });
  }

  #deposits({ userId, depositsByKey }: UserTruth): string[] {
    const byKey = groupBy(this.#moves(userId), ({ request }) => request.idempotencyKey ?? '');
    const problems = [...byKey].flatMap(([key, operations]) =>
      checkDeposit(key, operations, depositsByKey.get(BY_OPERATOR + key) ?? null),
    );
    const phantoms = [...depositsByKey.keys()].filter(
      (id) => id.startsWith(BY_OPERATOR) && !byKey.has(id.slice(BY_OPERATOR.length)),
    );
    return [...problems, ...phantoms.map((id) => `deposit ${id}: nobody asked for it`)];
  }

  #moves(userId: string): Operation[] {
    const path = `/admin/users/${userId}/`;
    return this.#operations.filter(({ request }) => request.path.startsWith(path));
  }

  /** A deposit's answer shows the account too: with the deposit in it. */
  #account({ userId, accountVersions }: UserTruth): string[] {
    const reads = this.#operations.filter(({ request }) => request.path === '/account');
    const shown = [...reads, ...this.#moves(userId)].flatMap(accountReading);
    const seqs = new Set(accountVersions.map(({ seq }) => seq));
    const heard = this.#sightings.filter(({ seq }) => seqs.has(seq)).map(heardReading);
    return checkRegister('the account', accountVersions, [...shown, ...heard]);
  }
}

function accountReading({ request, begunAt, endedAt, outcome, answer }: Operation): Reading[] {
  if (outcome !== 'ok' || answer === null) return [];
  const { account = answer.body } = answer.body;
  const by = `${request.method} ${request.path}`;
  return [{ begunAt, endedAt, shows: account as Reading['shows'], by }];
}

function isSubmit({ request }: Operation): boolean {
  return request.method === 'POST' && request.path === '/order';
}

/** For reports: orders that clients were told of, each once. */
export function acknowledgedOrders({ operations }: History): Set<string> {
  const ids = new Set<string>();
  for (const operation of operations) {
    const id = isSubmit(operation) ? orderIn(operation)?.['id'] : undefined;
    if (typeof id === 'string') ids.add(id);
  }
  return ids;
}
