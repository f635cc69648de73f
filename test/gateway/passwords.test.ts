// Password hashes, and the bounded queue before them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, PasswordChecker } from '../../src/gateway/passwords.ts';

const CHEAP = { N: 16, r: 8, p: 1 };

test('a hash names its cost and salt, and no two are the same', async () => {
  const [one, two] = await Promise.all([
    hashPassword('secret', CHEAP),
    hashPassword('secret', CHEAP),
  ]);
  assert.match(one, /^scrypt\$16\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert.notEqual(one, two);
});

test('the right password is told from a wrong one', async () => {
  const checker = new PasswordChecker();
  const stored = await hashPassword('secret', CHEAP);
  assert.equal(await checker.check('secret', stored), 'right');
  assert.equal(await checker.check('Secret', stored), 'wrong');
  assert.equal(await checker.check('', stored), 'wrong');
});

test('a user that does not exist is wrong, after the work of one that does', async () => {
  assert.equal(await new PasswordChecker().check('secret', null), 'wrong');
});

test('no more wait than the queue holds, and the others are served', async () => {
  const checker = new PasswordChecker(3);
  const stored = await hashPassword('secret', CHEAP);
  const verdicts = await Promise.all(
    Array.from({ length: 5 }, () => checker.check('secret', stored)),
  );
  assert.deepEqual(verdicts, ['right', 'right', 'right', 'busy', 'busy']);
  assert.equal(await checker.check('secret', stored), 'right');
});

test('a stored hash that cannot be read fails its own login only', async () => {
  const checker = new PasswordChecker();
  const stored = await hashPassword('secret', CHEAP);
  const broken = assert.rejects(checker.check('secret', 'md5$abc'), /scrypt format/);
  assert.equal(await checker.check('secret', stored), 'right');
  await broken;
});
