import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteBuffer } from '../../src/gateway/write-buffer.ts';

test('a price is its head, the number of its merged prints and the end of the frame', () => {
  const buffer = new WriteBuffer();
  for (const merged of [0, 7, 9, 10, 19, 100, 4_321, 999_999, 2 ** 53 - 1]) {
    buffer.begin();
    buffer.price(Buffer.from('data: {"merged":'), merged);
    assert.equal(Buffer.from(buffer.view()).toString(), `data: {"merged":${merged}}\n\n`);
  }
});

test('texts and prices stand in the order in which they came, however long', () => {
  const buffer = new WriteBuffer();
  const long = 'é€𝄞'.repeat(50_000);
  buffer.begin();
  buffer.text('hello ');
  buffer.price(Buffer.from('['), 1);
  buffer.text(long);
  buffer.price(Buffer.from('['), 2);
  assert.equal(Buffer.from(buffer.view()).toString(), `hello [1}\n\n${long}[2}\n\n`);
  buffer.begin();
  assert.equal(buffer.length, 0);
});
