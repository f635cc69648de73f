// Bytes to lines, wherever they are torn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../src/exchange/errors.ts';
import { LineSplitter } from '../../src/exchange/line-splitter.ts';

test('lines come out whole at every way to cut the bytes in three', () => {
  const bytes = Buffer.from('één\n\n€uro 😀\nlast');
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const splitter = new LineSplitter(100);
      const pieces = [
        bytes.subarray(0, first),
        bytes.subarray(first, second),
        bytes.subarray(second),
      ];
      const lines = pieces.flatMap((piece) => splitter.push(piece));
      assert.deepEqual(lines, ['één', '€uro 😀'], `cut at ${first} and ${second}`);
    }
  }
});

test('a line without end is an error as soon as it is too long', () => {
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.from('done\n1234567890'));
  assert.throws(() => splitter.push(Buffer.from('x')), DecodeError);
});
