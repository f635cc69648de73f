// PATCH /stream/:id: what is asked of the gateway that holds the stream, and what is refused
// before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { ALICE, aWorld } from './fixtures.ts';

const ID = 'str_2_0123456789';
const PATH = `/stream/${ID}`;

test('the gateway that the id names is asked, and its answer is what the stream watches now', async () => {
  const { edge, call } = aWorld();
  edge.answer('ChangeStream', () => ({ outcome: 'changed', symbols: ['IBM'] }));
  const { status, body } = await call('PATCH', PATH, {
    body: { subscribe: ['IBM'], unsubscribe: ['GE'] },
  });
  assert.deepEqual([status, body], [200, { streamId: ID, symbols: ['IBM'] }]);
  const [asked] = edge.askedKinds('ChangeStream');
  assert.equal(asked?.to, 'gateway/2');
  assert.deepEqual(asked?.message, {
    kind: 'ChangeStream',
    streamId: ID,
    userId: ALICE,
    subscribe: ['IBM'],
    unsubscribe: ['GE'],
  });
});

const ANSWERS: [name: string, answer: object, status: number, code: string][] = [
  ['it holds no such stream of the user', { outcome: 'unknown_stream' }, 404, 'stream_not_found'],
  [
    'there is no such gateway',
    { outcome: 'not_delivered', reason: 'unknown_address' },
    404,
    'stream_not_found',
  ],
  ['there would be too many', { outcome: 'too_many_symbols' }, 400, 'invalid_body'],
  ['it is restarting', { outcome: 'not_delivered', reason: 'busy' }, 503, 'busy'],
  ['it does not answer', { outcome: 'unknown', reason: 'deadline' }, 503, 'busy'],
];

for (const [name, answer, status, code] of ANSWERS) {
  test(`a change is answered ${status} when ${name}`, async () => {
    const { edge, call } = aWorld();
    edge.answer('ChangeStream', () => answer);
    const answered = await call('PATCH', PATH, { body: { subscribe: ['IBM'] } });
    assert.deepEqual([answered.status, answered.body['code']], [status, code]);
  });
}

const tooMany = Array.from({ length: LIMITS.symbolsPerStreamMax + 1 }, () => 'IBM');
const REFUSED: [name: string, path: string, body: object, status: number, code: string][] = [
  ['no symbol at all', PATH, {}, 400, 'invalid_body'],
  ['an empty list', PATH, { subscribe: [] }, 400, 'invalid_body'],
  ['a list too long', PATH, { subscribe: tooMany }, 400, 'invalid_body'],
  ['a member that is not known', PATH, { watch: ['IBM'] }, 400, 'invalid_body'],
  ['a number for a symbol', PATH, { subscribe: [1] }, 400, 'invalid_body'],
  ['a symbol both ways', PATH, { subscribe: ['IBM'], unsubscribe: ['IBM'] }, 400, 'invalid_body'],
  ['a symbol that is not listed', PATH, { subscribe: ['NOPE'] }, 404, 'unknown_symbol'],
  ['an id that is none', '/stream/42', { subscribe: ['IBM'] }, 400, 'invalid_id'],
];

for (const [name, path, body, status, code] of REFUSED) {
  test(`${name} is refused, and nobody is asked`, async () => {
    const { edge, call } = aWorld();
    const answered = await call('PATCH', path, { body });
    assert.deepEqual([answered.status, answered.body['code']], [status, code]);
    assert.equal(edge.askedKinds('ChangeStream').length, 0);
  });
}

test('a stream that watches what is no longer listed can still let go of it', async () => {
  const { edge, call } = aWorld();
  edge.answer('ChangeStream', () => ({ outcome: 'changed', symbols: [] }));
  assert.equal((await call('PATCH', PATH, { body: { unsubscribe: ['GONE'] } })).status, 200);
});
