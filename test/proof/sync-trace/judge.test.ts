// A deposit and an order, acknowledged in many ways: the judge proves the one that is right and
// says of every other what is wrong with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../../proof/sync-trace/judge.ts';
import { traceOf } from '../../../proof/sync-trace/trace.ts';
import {
  CUSTOMER,
  call,
  frame,
  halves,
  IDS_WAL,
  type Line,
  pageOf,
  received,
  SHARD_WAL,
  sent,
  synced,
  textOf,
  VENUE,
} from './trace-text.ts';

const ID = 'ord_00aaaaaaaaa00001';

const deposit = received(request('POST /admin/users/usr_00alice/deposits', 'd-1'));
const told = sent(answer('201 Created', { asset: 'USD' }));
const row = pageOf(['neighbour', 'USD'], ['admin/d-1', 'USD']);
const commit = frame(row);
const [syncBegins, syncEnds] = halves('fsync', SHARD_WAL, '', 0);
const [answerBegins, answerEnds] = halves('sendto', CUSTOMER, toldBytes(), 20);

type Lines = readonly (Line | readonly Line[])[];

const DEPOSITS: readonly [name: string, lines: Lines, finding: RegExp | null][] = [
  ['synced before the answer', [deposit, commit, synced(), told], null],
  ['fdatasync does too', [deposit, commit, call('fdatasync', SHARD_WAL, '', 0), told], null],
  ['a sync in two lines', [deposit, commit, syncBegins, syncEnds, told], null],
  ['no sync', [deposit, commit, told], /shard-00\.db-wal was not synced after line 3$/],
  ['a sync after the answer', [deposit, commit, told, synced()], /was not synced after line 3$/],
  ['a sync of another file', [deposit, commit, synced(IDS_WAL), told], /was not synced after/],
  [
    'a sync of the database beside it',
    [deposit, commit, synced('/data/orders/shard-00.db'), told],
    /was not synced after/,
  ],
  [
    'a sync that failed',
    [deposit, commit, synced(SHARD_WAL, '-1 EIO (Input/output error)'), told],
    /the sync at line 4 failed \(EIO\)$/,
  ],
  [
    'a sync that began before the commit was written',
    [deposit, syncBegins, interrupting(commit), syncEnds, told],
    /the sync at line 2 began before the commit was written \(line 4\)$/,
  ],
  [
    'a sync that had not ended when the answer began',
    [deposit, commit, syncBegins, answerBegins, syncEnds, answerEnds],
    /the sync at line 4 had not ended$/,
  ],
  [
    'a sync between the row and the commit frame',
    [deposit, frame(row, { isCommit: false }), synced(), frame(pageOf(), { n: 1 }), told],
    /was not synced after line 6$/,
  ],
  ['the answer before the write', [deposit, told, commit, synced()], /\(line 4\) after its answer/],
  ['the row only before the request', [commit, synced(), deposit, told], /was never written/],
  ['no row at all', [deposit, synced(), told], /was never written/],
  ['the row of another', [deposit, frame(pageOf(['admin/d-2'])), synced(), told], /never written/],
  [
    'the key in what no row holds any more',
    [deposit, frame(withoutRows(row)), synced(), told],
    /was never written/,
  ],
  [
    'a transaction that was rolled back and written over',
    [deposit, frame(row, { isCommit: false }), frame(pageOf(['x', 'y'])), synced(), told],
    /was never written/,
  ],
  [
    'a write that came short',
    [deposit, frame(row, { result: 100 }), synced(), told],
    /was never written/,
  ],
  [
    'a write that failed',
    [deposit, frame(row, { result: '-1 ENOSPC (No space left on device)' }), synced(), told],
    /was never written/,
  ],
];

for (const [name, lines, finding] of DEPOSITS) {
  test(`a deposit: ${name}`, () => {
    const { findings, proven, refuted } = judge(traceOf(textOf(lines)));
    if (finding === null) {
      assert.deepEqual(findings, []);
      assert.equal(proven.deposit, 1);
    } else {
      assert.match(findings[0] ?? '', finding);
      assert.equal(refuted.deposit, 1);
    }
  });
}

const order = received(request('POST /order', 'k-1'));
const rowA = frame(pageOf([ID, 'k-1', 'pending']));
const submit = sent(`POST /v1/orders HTTP/1.1\r\n\r\n{"clientOrderId":"${ID}"}`, VENUE);
const mapping = frame(pageOf(['sim-1', ID]), { file: IDS_WAL });
const rowC = frame(pageOf([ID, 'k-1', 'submitted', 'sim-1']), { n: 1 });
const filledAtOnce = frame(pageOf([ID, 'k-1', 'filled', 'sim-1']), { n: 1 });
const accepted = sent(
  answer('201 Created', { id: ID, status: 'submitted', externalOrderId: 'sim-1' }),
);
const pending = sent(answer('202 Accepted', { id: ID, status: 'pending', externalOrderId: null }));
const [syncA, syncB, syncC] = [synced(), synced(IDS_WAL), synced()];

const ORDERS: readonly [name: string, lines: Lines, finding: RegExp | null][] = [
  [
    'all four in their order',
    [order, rowA, syncA, submit, mapping, syncB, rowC, syncC, accepted],
    null,
  ],
  [
    'its trade booked together with its acceptance',
    [order, rowA, syncA, submit, mapping, syncB, filledAtOnce, syncC, accepted],
    null,
  ],
  ['answered before the exchange has spoken', [order, rowA, syncA, submit, pending], null],
  [
    'sent before commit A was synced',
    [order, rowA, submit, syncA, mapping, syncB, rowC, syncC, accepted],
    /its row \(commit A\) was on no disk before it left for the exchange \(line 4\)/,
  ],
  [
    'told before commit B was synced',
    [order, rowA, syncA, submit, mapping, rowC, syncC, accepted, syncB],
    /its mapping \(commit B\) was on no disk before its answer/,
  ],
  [
    'told without a mapping',
    [order, rowA, syncA, submit, rowC, syncC, accepted],
    /its mapping \(commit B\) was never written/,
  ],
  [
    'told before its acceptance was synced',
    [order, rowA, syncA, submit, mapping, syncB, rowC, accepted, syncC],
    /its row as "submitted" was on no disk/,
  ],
  [
    'told as accepted without being sent',
    [order, rowA, syncA, mapping, syncB, rowC, syncC, accepted],
    /no bytes to the exchange name it/,
  ],
];

for (const [name, lines, finding] of ORDERS) {
  test(`an order: ${name}`, () => {
    const { findings, proven } = judge(traceOf(textOf(lines)));
    assert.equal(proven.order, finding === null ? 1 : 0);
    if (finding === null) assert.deepEqual(findings, []);
    else assert.match(findings[0] ?? '', finding);
  });
}

test('a cancel: pending_cancel is synced before its request, cancelled before its answer', () => {
  const asked = received(request(`DELETE /order/${ID}`, null));
  const requested = frame(pageOf([ID, 'k-1', 'pending_cancel']));
  const toVenue = sent(`POST /v1/cancels HTTP/1.1\r\n\r\n{"cancelId":"${ID}.c1"}`, VENUE);
  const done = frame(pageOf([ID, 'k-1', 'cancelled']), { n: 1 });
  const ok = sent(answer('200 OK', { ok: true, status: 'cancelled' }));
  const right = [asked, requested, syncA, toVenue, done, syncC, ok];
  assert.deepEqual(judge(traceOf(textOf(right))).findings, []);
  const early = judge(traceOf(textOf([asked, requested, toVenue, syncA, done, syncC, ok])));
  assert.match(early.findings[0] ?? '', /"pending_cancel" was on no disk before it left/);
});

const UNJUDGED: readonly [name: string, lines: Lines, finding: RegExp][] = [
  ['nothing', [], /no acknowledged write was proven/],
  ['a refusal only', [deposit, sent(answer('422 No', {}))], /no acknowledged write was proven/],
  ['a request without an answer', [deposit, commit, synced()], /no acknowledged write was proven/],
  [
    'a write that nobody has taught the judge',
    [received(request('PUT /admin/x', null)), sent(answer('200 OK', {}))],
    /^PUT \/admin\/x was acknowledged, and is no request that is judged$/,
  ],
  [
    'bytes that the trace has cut',
    [deposit, commit, synced(), call('sendto', CUSTOMER, ', "HTTP/1.1 201"..., 99', 99)],
    /^line 5 of the trace does not hold all bytes of its call$/,
  ],
  [
    'a line that nobody can read',
    [deposit, commit, synced(), told, () => 'strange'],
    /^line 6 of the trace is not understood$/,
  ],
];

for (const [name, lines, finding] of UNJUDGED) {
  test(`not proven: ${name}`, () => {
    assert.match(judge(traceOf(textOf(lines))).findings[0] ?? '', finding);
  });
}

test('refusals and questions are no promises', () => {
  const list = [received(request('GET /orders', null)), sent(answer('200 OK', {}))];
  const refused = [deposit, sent(answer('422 No', {}))];
  const lines = [...list, ...refused, deposit, commit, synced(), told];
  assert.deepEqual(judge(traceOf(textOf(lines))).findings, []);
});

function request(what: string, key: string | null): string {
  const keyLine = key === null ? '' : `Idempotency-Key: ${key}\r\n`;
  return `${what} HTTP/1.1\r\n${keyLine}Content-Length: 2\r\n\r\n{}`;
}

function answer(status: string, body: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

function toldBytes(): string {
  return ', "HTTP/1.1 201 Created\\r\\nContent-Length: 2\\r\\n\\r\\n{}"';
}

/** From another thread, or it could not stand inside the sync. */
function interrupting(lines: readonly Line[]): Line[] {
  return lines.map((line) => (atMs) => line(atMs).replace(/^\d+/, '14'));
}

/** The same bytes, none of them in a cell. */
function withoutRows(page: Buffer): Buffer {
  const empty = Buffer.from(page);
  empty.writeUInt16BE(0, 3);
  return empty;
}
