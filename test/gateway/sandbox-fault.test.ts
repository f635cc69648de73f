// `Outcry-Sandbox-Fault` on an order: known names in demo mode, nothing anywhere else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SANDBOX_FAULTS } from '../../src/domain/sandbox-fault.ts';
import { anOrder, aWorld, BODY } from './fixtures.ts';

const ACCEPTED = { outcome: 'order', order: anOrder({ externalOrderId: 'x1' }), replayed: false };

function place(fault: string, options: { demo?: boolean } = {}) {
  const { edge, call } = aWorld(options);
  edge.answer('PlaceOrder', () => ACCEPTED);
  const headers = { 'outcry-sandbox-fault': fault };
  const sent = () => edge.askedKinds('PlaceOrder').map(({ message }) => message);
  return { answer: call('POST', '/order', { body: BODY, headers }), sent };
}

for (const fault of SANDBOX_FAULTS) {
  test(`in demo mode the fault ${fault} travels with the order`, async () => {
    const { answer, sent } = place(fault);
    assert.equal((await answer).status, 201);
    assert.deepEqual(
      sent().map((message) => message['sandboxFault']),
      [fault],
    );
  });
}

test('a fault that nobody knows is refused with the names of those that are', async () => {
  const { answer, sent } = place('explode');
  const { status, body } = await answer;
  assert.deepEqual([status, body['code'], body['retry']], [400, 'invalid_header', 'no']);
  const message = `must be one of ${SANDBOX_FAULTS.join(', ')}`;
  assert.deepEqual(body['errors'], [{ field: 'Outcry-Sandbox-Fault', message }]);
  assert.deepEqual(sent(), []);
});

test('outside demo mode the header is refused, whatever it says, and without it orders pass', async () => {
  for (const fault of ['reject', 'explode']) {
    const { answer, sent } = place(fault, { demo: false });
    const { status, body } = await answer;
    assert.deepEqual([status, body['code']], [403, 'sandbox_only']);
    assert.deepEqual(sent(), []);
  }
  const { answer } = place('', { demo: false });
  assert.equal((await answer).status, 201);
});

test('the documented sandbox faults are those that there are, in their order', () => {
  const page = readFileSync('docs/http-api.md', 'utf8');
  const section = page.split('### Sandbox faults')[1]?.split('\n### ')[0] ?? '';
  const documented = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(documented, [...SANDBOX_FAULTS]);
});
