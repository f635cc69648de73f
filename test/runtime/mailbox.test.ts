// The ring of a mailbox is a plain queue, however it grows and wraps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/runtime/envelope.ts';
import { Mailbox } from '../../src/runtime/mailbox.ts';

test('what goes in comes out in order, and the oldest is shown', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 60 }), (steps) => {
      const mailbox = new Mailbox();
      const queue: Envelope[] = [];
      let atMs = 0;
      for (const step of steps) {
        for (let count = 0; count < step; count++) {
          const envelope = envelopeAt(atMs++);
          mailbox.push(envelope);
          queue.push(envelope);
        }
        for (let count = 0; count > step; count--) {
          assert.equal(mailbox.shift(), queue.shift());
        }
        assert.equal(mailbox.length, queue.length);
        assert.equal(mailbox.oldest(), queue[0]);
      }
    }),
    { numRuns: 200 },
  );
});

function envelopeAt(atMs: number): Envelope {
  const nobody = { toOwn: null, replyTo: null, source: null, timer: null };
  return { from: 'puppet/a', body: { kind: 'Note' }, incarnation: 0, atMs, ...nobody };
}
