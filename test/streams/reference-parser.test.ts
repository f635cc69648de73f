// The reference against the examples and the odd cases of the standard itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReferenceParser } from './reference-parser.ts';

function parsed(text: string) {
  const parser = new ReferenceParser();
  parser.push(Buffer.from(text));
  const { comments, retryMs } = parser;
  const events = parser.events.map(({ type, data, lastEventId }) => [type, data, lastEventId]);
  return { events, comments, retryMs };
}

for (const [what, text, events] of [
  ['three lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', [['message', 'YHOO\n+2\n10', '']]],
  [
    'an empty id resets it',
    'data: a\nid: 1\n\ndata:b\nid\n\n',
    [
      ['message', 'a', '1'],
      ['message', 'b', ''],
    ],
  ],
  [
    'an id lasts',
    'data: a\nid: 1\n\ndata:  b\n\n',
    [
      ['message', 'a', '1'],
      ['message', ' b', '1'],
    ],
  ],
  [
    'data without a colon',
    'data\n\ndata\ndata\n\ndata:',
    [
      ['message', '', ''],
      ['message', '\n', ''],
    ],
  ],
  [
    'one space is taken off',
    'data:test\n\ndata: test\n\n',
    [
      ['message', 'test', ''],
      ['message', 'test', ''],
    ],
  ],
  ['an event without data is none', 'event: x\n\ndata: y\n\n', [['message', 'y', '']]],
  [
    'CR, LF and CR LF end lines',
    'data: a\rdata: b\r\n\r\ndata: c\r\r',
    [
      ['message', 'a\nb', ''],
      ['message', 'c', ''],
    ],
  ],
  ['a byte order mark goes, once', '\ufeffdata: a\n\n\ufeffdata: b\n\n', [['message', 'a', '']]],
  ['an id with NUL is ignored', 'id: 1\nid: 2\0\ndata: a\n\n', [['message', 'a', '1']]],
  [
    'unknown fields and other cases are ignored',
    'Data: a\nfoo: b\ndata: c\n\n',
    [['message', 'c', '']],
  ],
  ['what is not ended is not dispatched', 'data: a\n', []],
] as const) {
  test(`the standard: ${what}`, () => {
    assert.deepEqual(parsed(text).events, events);
  });
}

test('the standard: comments are no events, and retry takes digits only', () => {
  const { events, comments, retryMs } = parsed(
    ': hi\n:\nretry: 12\nretry: 1.5\nretry:\nretry: -1\n\n',
  );
  assert.deepEqual([events, comments, retryMs], [[], [' hi', ''], 12]);
});
