// What an acknowledged request promises: which rows are on disk before which bytes leave. The rows
// are named by what they hold, so a page that is written for a neighbour's sake proves nothing.
import { type Asked, type HttpMessage, statusOf } from './conversation.ts';
import type { SoughtRow } from './page-rows.ts';

export const KINDS = ['order', 'cancel', 'deposit', 'withdrawal', 'user'] as const;
export type Kind = (typeof KINDS)[number];

export function noneOfEach(): Record<Kind, number> {
  return { order: 0, cancel: 0, deposit: 0, withdrawal: 0, user: 0 };
}

export interface Claim extends SoughtRow {
  /** As it stands in a sentence: "its row (commit A)". */
  readonly what: string;
  readonly file: RegExp;
  /** The sync must come before these bytes: the answer, or the first to the exchange. */
  readonly before: 'answer' | 'send';
}

export interface Pledge {
  readonly kind: Kind;
  /** How a sentence calls the request. */
  readonly name: string;
  readonly claims: readonly Claim[];
  /** What names it on the wire to the exchange; null when nothing of it goes there. */
  readonly token: string | null;
}

/** An order's id, or `<id>.c` for its cancels. */
export const WIRE_TOKEN = /ord_[0-9a-z]{16}(?:\.c)?/g;

const SHARD = /\/orders\/shard-\d+\.db-wal$/;
const EXTERNAL_IDS = /\/external-ids\.db-wal$/;
const DIRECTORY = /\/directory\.db-wal$/;

type PledgeMaker = (parts: {
  readonly asked: Asked;
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
}) => Pledge;

const MAKERS: readonly (readonly [request: RegExp, make: PledgeMaker])[] = [
  [/^POST \/order HTTP/, ({ key, body }) => orderPledge(key, body)],
  [/^DELETE \/order\/ord_\w+ HTTP/, ({ asked, body }) => cancelPledge(asked.request, body)],
  [/^POST \/admin\/users\/[^/]+\/deposits HTTP/, ({ key }) => fundsPledge('deposit', key)],
  [/^POST \/admin\/users\/[^/]+\/withdrawals HTTP/, ({ key }) => fundsPledge('withdrawal', key)],
  [/^POST \/admin\/users HTTP/, ({ body }) => userPledge(body)],
];
/** A transaction may book what follows together with what the answer tells: it says no less. */
const FILLING: readonly string[] = ['pending', 'submitted', 'partially_filled', 'filled'];
/** Nothing durable comes of these. */
const WITHOUT_WRITE = /^(?:GET \S+|HEAD \S+|POST \/session) HTTP/;

/** Null when nothing was acknowledged or nothing written; a sentence when it cannot be judged. */
export function pledgeOf(asked: Asked): Pledge | string | null {
  const { request, answer } = asked;
  if (WITHOUT_WRITE.test(request.firstLine)) return null;
  if (answer === null) return null;
  const status = statusOf(answer);
  if (status < 200 || status > 299) return null;
  const name = request.firstLine.replace(/ HTTP.*/, '');
  const make = MAKERS.find(([pattern]) => pattern.test(request.firstLine))?.[1];
  if (make === undefined) return `${name} was acknowledged, and is no request that is judged`;
  const key = request.headers.get('idempotency-key') ?? answer.headers.get('idempotency-key');
  const body = objectIn(answer);
  if (body === null) return `${name} was acknowledged with a body that is no JSON object`;
  return make({ asked, key: key ?? '', body });
}

function orderPledge(key: string, body: Readonly<Record<string, unknown>>): Pledge {
  const [id, status] = [String(body['id']), String(body['status'])];
  const externalId = body['externalOrderId'];
  const isTaken = typeof externalId === 'string';
  const answered: Claim = {
    what: `its row as "${status}"`,
    file: SHARD,
    texts: [id, key, ...(isTaken ? [externalId] : [])],
    oneOf: FILLING.includes(status) ? FILLING.slice(FILLING.indexOf(status)) : [status],
    before: 'answer',
  };
  const mapping: Claim = {
    what: 'its mapping (commit B)',
    file: EXTERNAL_IDS,
    texts: [String(externalId), id],
    before: 'answer',
  };
  return {
    kind: 'order',
    name: `order ${id} (${key})`,
    claims: [
      { what: 'its row (commit A)', file: SHARD, texts: [id, key], before: 'send' },
      ...(isTaken ? [mapping] : []),
      answered,
    ],
    token: id,
  };
}

function cancelPledge(request: HttpMessage, body: Readonly<Record<string, unknown>>): Pledge {
  const id = /ord_\w+/.exec(request.firstLine)?.[0] ?? '';
  const status = String(body['status']);
  const requested = [id, 'pending_cancel'];
  return {
    kind: 'cancel',
    name: `cancel of ${id}`,
    claims: [
      { what: 'its row as "pending_cancel"', file: SHARD, texts: requested, before: 'send' },
      { what: `its row as "${status}"`, file: SHARD, texts: [id, status], before: 'answer' },
    ],
    token: `${id}.c`,
  };
}

function fundsPledge(kind: 'deposit' | 'withdrawal', key: string): Pledge {
  const texts = [`admin/${key}`];
  const claims = [{ what: 'its row', file: SHARD, texts, before: 'answer' }] as const;
  return { kind, name: `${kind} ${key}`, claims, token: null };
}

function userPledge({ userId, email }: Readonly<Record<string, unknown>>): Pledge {
  const texts = [String(userId), String(email)];
  const claims = [{ what: 'the row', file: DIRECTORY, texts, before: 'answer' }] as const;
  return { kind: 'user', name: `user ${userId}`, claims, token: null };
}

function objectIn({ body }: HttpMessage): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
