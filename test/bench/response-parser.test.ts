import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseError, ResponseParser } from '../../bench/harness/response-parser.ts';

const CREATED =
  'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"id":"ä1"}';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nevent\r\nA\r\n: 1\r\n\r\nab\n\r\n0\r\nTrailer: 1\r\n\r\n';
const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';

/** What a parser makes of bytes that come in pieces of `size`. */
function parsed(text: string, size: number): string[] {
  const seen: string[] = [];
  let body: Buffer[] = [];
  const parser = new ResponseParser({
    onHead: ({ status, headers }) => {
      seen.push(`${status} ${headers.get('content-type') ?? '-'}`);
      body = [];
    },
    onBody: (bytes) => void body.push(Buffer.from(bytes)),
    onEnd: () => void seen.push(Buffer.concat(body).toString('utf8')),
  });
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
  assert.equal(parser.end(), true);
  return seen;
}

test('responses that follow each other are read alike however the bytes are split', () => {
  const text = CREATED + CHUNKED + EMPTY + CREATED;
  const created = ['201 application/json', '{"id":"ä1"}'];
  const whole = [...created, '200 -', 'event: 1\r\n\r\nab\n', '204 -', '', ...created];
  for (let size = 1; size <= Buffer.byteLength(text); size++) {
    assert.deepEqual(parsed(text, size), whole, `pieces of ${size}`);
  }
});

test('an interim response is no response', () => {
  assert.deepEqual(parsed(`HTTP/1.1 100 Continue\r\n\r\n${EMPTY}`, 7), ['204 -', '']);
});

test('a body without a length ends with the connection', () => {
  assert.deepEqual(parsed('HTTP/1.1 200 OK\r\n\r\nall of it', 4), ['200 -', 'all of it']);
});

test('a connection that ends within a response has cut it short', () => {
  const parser = new ResponseParser({
    onHead: () => undefined,
    onBody: () => undefined,
    onEnd: () => assert.fail('the response is not complete'),
  });
  parser.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'));
  assert.equal(parser.end(), false);
});

const BAD: [name: string, text: string][] = [
  ['no status line', 'SSH-2.0-x\r\n'],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a header without an end', `HTTP/1.1 200 OK\r\n${'a'.repeat(20_000)}`],
];

for (const [name, text] of BAD) {
  test(`${name} is an error`, () => assert.throws(() => parsed(text, 64 * 1024), ResponseError));
}
