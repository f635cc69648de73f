// The table of problems is complete, and docs/http-api.md says the same as the code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FAIL_CODES, REJECT_CODES, rejection } from '../../src/domain/reject-codes.ts';
import { PROBLEMS, problem, rejectionProblem } from '../../src/gateway/problem.ts';

test('every code of the domain has its problem', () => {
  for (const code of [...REJECT_CODES, ...FAIL_CODES]) assert(PROBLEMS[code], code);
});

for (const [code, { status, title, sentence, retry, retryAfterS }] of Object.entries(PROBLEMS)) {
  test(`${code} is a complete refusal`, () => {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert(status >= 400 && status < 600);
    assert(title.length > 0 && sentence.endsWith('.'));
    assert(['same_key', 'new_key', 'no'].includes(retry));
    if (status === 503) assert(retryAfterS !== undefined, 'a 503 says when to come again');
  });
}

test('what a shard adds cannot overwrite what every problem has', () => {
  const { body, status } = problem('busy', { members: { code: 'x', status: 1, type: 't', n: 5 } });
  assert.equal(body['code'], 'busy');
  assert.equal(body['status'], 503);
  assert.equal(body['type'], 'urn:outcry:problem:busy');
  assert.equal(body['n'], 5);
  assert.equal(status, 503);
});

test("the shard's word on retrying counts more than the table's", () => {
  assert.equal(
    rejectionProblem(rejection('market_closed', {}, 'new_key')).body['retry'],
    'new_key',
  );
});

test('docs/http-api.md lists every code with its status and retry', () => {
  const page = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d{3})[^|]*\| `([a-z_]+)` \|/gm)];
  const documented = rows.map(([, code, status, retry]) => [code, Number(status), retry]);
  const built = Object.entries(PROBLEMS).map(([code, row]) => [code, row.status, row.retry]);
  assert.deepEqual(documented.sort(), built.sort());
});
