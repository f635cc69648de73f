// Which requests count as unknown, and what answers them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answered } from '../../../proof/history/history.ts';
import { OpenQuestions } from '../../../proof/torture/open-questions.ts';
import { answer, refusal } from '../history/fixtures.ts';

const SUBMIT = {
  method: 'POST',
  path: '/order',
  token: 't',
  idempotencyKey: 'k',
  body: { numShares: 1 },
} as const;
const CANCEL = { ...SUBMIT, method: 'DELETE', path: '/order/ord_1', idempotencyKey: null } as const;
const LOOK = { ...CANCEL, method: 'GET' } as const;

function questions() {
  const answers: Answered[] = [];
  let nowMs = 0;
  const request = async (): Promise<Answered> => answers.shift() ?? 'none';
  const door = new OpenQuestions({ request, openStream: () => () => undefined }, () => nowMs);
  const ask = async (what: Parameters<typeof door.request>[0], atMs: number, says: Answered) => {
    nowMs = atMs;
    answers.push(says);
    await door.request(what);
  };
  return { door, ask };
}

test('a submit without an answer is a question until its key is answered', async () => {
  const { door, ask } = questions();
  await ask(SUBMIT, 100, 'none');
  await ask(SUBMIT, 200, 'refused');
  await ask(SUBMIT, 300, refusal(503, 'account_reconciling', { retry: 'same_key' }));
  assert.deepEqual(
    door.open.map(({ sinceMs }) => sinceMs),
    [100],
  );
  await ask(SUBMIT, 450, answer(200, { id: 'ord_1' }));
  assert.deepEqual([door.open, door.answeredAfterMs], [[], [350]]);
});

test('a refusal for good answers it too', async () => {
  const { door, ask } = questions();
  await ask(SUBMIT, 0, answer(504, { outcome: 'unknown', retry: 'same_key' }));
  await ask(SUBMIT, 70, refusal(422, 'market_closed', { retry: 'no' }));
  assert.deepEqual(door.answeredAfterMs, [70]);
});

test('another key, and a cancel, are other questions; a look is none', async () => {
  const { door, ask } = questions();
  await ask(SUBMIT, 0, 'none');
  await ask({ ...SUBMIT, idempotencyKey: 'l' }, 1, 'none');
  await ask(CANCEL, 2, 'none');
  await ask(LOOK, 3, 'none');
  await ask(SUBMIT, 4, answer(201, { id: 'ord_1' }));
  assert.deepEqual(
    door.open.map(({ sinceMs }) => sinceMs),
    [1, 2],
  );
});
