// The auditor in the thread that the read pool gives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditBooks, AuditBooksReply } from '../../src/actors/read-pool/protocol.ts';
import { Audits } from '../../src/read-pool/audits.ts';
import type { AskFailure } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import { pathsOf } from '../../src/store/data-directory.ts';
import { brokenOf, tradedDirectory } from '../audit/books-on-disk.ts';

type Answer = AuditBooksReply | AskFailure;

test('one audit at a time: the second is busy, the next one after it runs', async (t) => {
  const paths = pathsOf(await tradedDirectory(t));
  const audits = new Audits({ paths, exchangeUrl: 'http://127.0.0.1:1' });
  t.after(() => audits.close());
  const ask = () => answerTo(audits);

  const first = ask();
  assert.deepEqual(await ask(), { outcome: 'not_delivered', reason: 'busy' });
  for (const answer of [await first, await ask()]) {
    assert(answer.outcome === 'audited', JSON.stringify(answer));
    assert.equal(answer.report.venueLog, null); // nobody listens there
    assert.deepEqual(brokenOf(answer.report), []);
  }
});

function answerTo(audits: Audits) {
  return new Promise<Answer>((resolve) => {
    const edge = {
      count: () => undefined,
      reply: (_to: unknown, answer: Answer) => resolve(answer),
    } as unknown as Edge;
    const replyTo = { to: 'test/0', correlationId: 1 } as AuditBooks['replyTo'];
    audits.receive({ kind: 'AuditBooks', settled: true, replyTo }, edge);
  });
}
