// POST /session: the right password brings a token and a cookie; everything else brings neither,
// nor says why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from '../../src/gateway/passwords.ts';
import { ALICE, aWorld } from './fixtures.ts';

async function aWorldWithAlice() {
  const world = aWorld();
  const passwordHash = await hashPassword('secret', { N: 16, r: 8, p: 1 });
  world.edge.answer('GetCredentials', ({ message }) =>
    message['email'] === 'alice@demo.outcry'
      ? { outcome: 'credentials', userId: ALICE, role: 'customer', passwordHash }
      : { outcome: 'no_such_user' },
  );
  const logIn = (email: string, password: string) =>
    world.call('POST', '/session', { userId: null, body: { email, password } });
  return { ...world, logIn };
}

test('a login gives a token, and the same one as a cookie that scripts cannot read', async () => {
  const { logIn, call, edge } = await aWorldWithAlice();
  const { status, body, headers } = await logIn('alice@demo.outcry', 'secret');
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ['token', 'expiresAt']);
  const token = String(body['token']);
  assert.equal(
    headers['set-cookie'],
    `outcry_session=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=86400`,
  );
  edge.answer('ListPositions', () => ({ outcome: 'positions', positions: [] }));
  const cookie = `outcry_session=${token}`;
  assert.equal(
    (await call('GET', '/positions', { userId: null, headers: { cookie } })).status,
    200,
  );
});

test('a wrong password and an unknown e-mail get the same answer', async () => {
  const { logIn } = await aWorldWithAlice();
  const wrong = await logIn('alice@demo.outcry', 'Secret');
  const unknown = await logIn('eve@demo.outcry', 'secret');
  assert.equal(wrong.status, 401);
  assert.equal(wrong.body['code'], 'invalid_credentials');
  assert.equal('set-cookie' in wrong.headers, false);
  assert.deepEqual(unknown, wrong);
});

test('a directory that does not answer is 503, not a wrong password', async () => {
  const { edge, logIn } = await aWorldWithAlice();
  edge.answer('GetCredentials', () => ({ outcome: 'unknown', reason: 'deadline' }));
  assert.equal((await logIn('alice@demo.outcry', 'secret')).status, 503);
});
