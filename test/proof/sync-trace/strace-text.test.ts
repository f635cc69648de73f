// Lines as strace prints them, and the calls that they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '../../../proof/sync-trace/call.ts';
import { StraceText } from '../../../proof/sync-trace/strace-text.ts';

const AT = '1700000000.250000';

const LINES: readonly [name: string, line: string, call: Partial<Call>][] = [
  [
    'a sync',
    `7  ${AT} fsync(100</d/shard-00.db-wal>) = 0 <0.000400>`,
    { thread: 7, name: 'fsync', file: '/d/shard-00.db-wal', result: 0, error: '' },
  ],
  [
    'a sync that failed',
    `7  ${AT} fdatasync(100</d/x-wal>) = -1 EIO (Input/output error) <0.000400>`,
    { name: 'fdatasync', result: -1, error: 'EIO' },
  ],
  [
    'a positioned write, its bytes escaped',
    `7  ${AT} pwrite64(3</d/x-wal>, "\\0\\1\\17a\\n\\"\\\\\\3772", 9, 4152) = 9 <0.000010>`,
    { bytes: Buffer.from('\0\x01\x0fa\n"\\\xff2', 'latin1'), offset: 4152, result: 9 },
  ],
  [
    'bytes that look like a result',
    `7  ${AT} sendto(4<socket:[9]>, "a) = -1 EIO (b", 14, 0, NULL, 0) = 14 <0.000010>`,
    { file: 'socket:[9]', bytes: Buffer.from('a) = -1 EIO (b'), result: 14, error: '' },
  ],
  [
    'bytes in several pieces',
    `7  ${AT} writev(4<socket:[9]>, [{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=1}], 2) = 3`,
    { name: 'writev', bytes: Buffer.from('abc'), offset: null },
  ],
  ['bytes that were cut', `7  ${AT} write(4<pipe:[9]>, "ab"..., 20) = 20`, { isCut: true }],
  ['a call that the exit ended', `7  ${AT} write(4<pipe:[9]>, "ab", 2) = ?`, { result: null }],
];

for (const [name, line, expected] of LINES) {
  test(`one line: ${name}`, () => {
    const call = new StraceText().take(line);
    assert(call !== null);
    const seen = Object.keys(expected).map((key) => [key, call[key as keyof Call]]);
    assert.deepEqual(Object.fromEntries(seen), expected);
    assert.deepEqual([call.startLine, call.endLine], [1, 1]);
  });
}

test('a call that was interrupted has its beginning and its end', () => {
  const text = new StraceText();
  const lines = [
    `7  1700000000.100000 recvfrom(4<socket:[9]>,  <unfinished ...>`,
    `8  1700000000.200000 fsync(5</d/x-wal> <unfinished ...>`,
    `7  1700000000.300000 <... recvfrom resumed>"GET", 524288, 0, NULL, NULL) = 3 <0.200000>`,
    `8  1700000000.400000 <... fsync resumed>) = 0 <0.200000>`,
  ];
  const calls = lines.map((line) => text.take(line)).filter((call) => call !== null);
  const seen = calls.map((one) => [one.name, one.startLine, one.endLine, one.endMs - one.startMs]);
  assert.deepEqual(seen, [
    ['recvfrom', 1, 3, 200],
    ['fsync', 2, 4, 200],
  ]);
  assert.equal(calls[0]?.bytes.toString(), 'GET');
  assert.deepEqual(text.unfinished(), []);
});

test('a call that never returned has begun and not ended', () => {
  const text = new StraceText();
  assert.equal(
    text.take(`7  ${AT} sendto(4<socket:[9]>, "HTTP", 4, 0, NULL, 0 <unfinished ...>`),
    null,
  );
  const [call] = text.unfinished();
  assert.deepEqual([call?.bytes.toString(), call?.endLine, call?.result], ['HTTP', Infinity, null]);
});

test('remarks are passed over, and nothing else is', () => {
  const text = new StraceText();
  const lines = [
    `7  ${AT} +++ exited with 0 +++`,
    `7  ${AT} --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=1, si_uid=0} ---`,
    `7  ${AT} <... fsync resumed>) = 0`,
    `7  ${AT} fsync(3</d/x-wal>`,
    'nonsense',
  ];
  for (const line of lines) assert.equal(text.take(line), null);
  assert.deepEqual(text.notUnderstood, [3, 4, 5]);
});
