// Tokens: verified once, remembered within a bound, refused after their end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken, Tokens, tokenOf } from '../../src/gateway/auth.ts';
import { FakeEdge } from './fake-edge.ts';
import { ALICE, BOB, KEY } from './fixtures.ts';

const headers = (authorization: string, cookie = '') => ({
  authorization,
  cookie,
  'content-type': '',
  'idempotency-key': '',
  prefer: '',
  'last-event-id': '',
  'outcry-sandbox-fault': '',
});

const signingKey = () => ({ outcome: 'signing_key', keyBase64url: KEY.toString('base64url') });
const anEdge = () => new FakeEdge().answer('GetSigningKey', signingKey);
const tokenFor = (edge: FakeEdge, userId: string, lifeMs = 60_000) =>
  issueToken(KEY, { userId, role: 'customer' }, edge.nowMs(), lifeMs);

test('a token says who and in which role, until it ends', async () => {
  const edge = anEdge();
  const tokens = new Tokens(edge);
  const token = await issueToken(KEY, { userId: ALICE, role: 'admin' }, edge.nowMs(), 60_000);
  const expected = { userId: ALICE, role: 'admin', expiresAtMs: edge.nowMs() + 60_000 };
  assert.deepEqual(await tokens.verify(token), expected);
  assert.deepEqual(await tokens.verify(token), expected);
  edge.advance(60_000);
  assert.equal(await tokens.verify(token), 'invalid');
  assert.equal(tokens.known, 0);
});

test('an issued token is one that verifies', async () => {
  const edge = anEdge();
  const tokens = new Tokens(edge);
  const session = await tokens.issue({ userId: BOB, role: 'customer' }, 1_000);
  assert(session !== null);
  assert.equal(session.expiresAtMs, edge.nowMs() + 1_000);
  const verdict = await tokens.verify(session.token);
  assert(typeof verdict === 'object' && verdict.userId === BOB);
});

test('what is remembered is bounded, and what was forgotten is verified again', async () => {
  const edge = anEdge();
  const tokens = new Tokens(edge, 2);
  const [a, b, c] = await Promise.all(
    ['usr_01a', 'usr_01b', 'usr_01c'].map((id) => tokenFor(edge, id)),
  );
  for (const token of [a, b, a, c]) assert(typeof (await tokens.verify(token ?? '')) === 'object');
  assert(tokens.known <= 2);
  assert(typeof (await tokens.verify(b ?? '')) === 'object');
  assert(tokens.known <= 2);
});

test('the signing key is asked for once, and again only while there is none', async () => {
  const edge = new FakeEdge();
  const tokens = new Tokens(edge);
  const token = await tokenFor(edge, ALICE);
  assert.equal(await tokens.verify(token), 'no_key');
  edge.answer('GetSigningKey', signingKey);
  const verdicts = await Promise.all(Array.from({ length: 10 }, () => tokens.verify(token)));
  assert(verdicts.every((verdict) => typeof verdict === 'object'));
  assert.equal(edge.askedKinds('GetSigningKey').length, 2);
});

test('an id that names no bucket, or a role that is none, is no principal', async () => {
  const edge = anEdge();
  const tokens = new Tokens(edge);
  assert.equal(await tokens.verify(await tokenFor(edge, 'root')), 'invalid');
  const odd = { userId: ALICE, role: 'root' } as unknown as { userId: string; role: 'admin' };
  assert.equal(await tokens.verify(await issueToken(KEY, odd, edge.nowMs(), 1_000)), 'invalid');
});

test('the bearer token counts more than the cookie', () => {
  assert.equal(tokenOf(headers('Bearer a', 'outcry_session=b')), 'a');
  assert.equal(tokenOf(headers('bearer a')), 'a');
  assert.equal(tokenOf(headers('', 'x=1; outcry_session=b; y=2')), 'b');
  assert.equal(tokenOf(headers('', 'x_outcry_session=b')), null);
  for (const other of ['Basic a', 'Bearer', 'Bearer ', 'bearer a b', 'a', ' a', 'Bearer  a']) {
    assert.equal(tokenOf(headers(other, 'outcry_session=b')), '', other);
  }
  assert.equal(tokenOf(headers('')), null);
});
