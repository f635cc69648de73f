import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookupBench } from '../../bench/lookup.ts';
import { lookupOutcome } from '../../bench/lookup-report.ts';

const { signal } = new AbortController();

test('a quick run looks up what is there and what is not, and every answer is right', async () => {
  const { results, tables, failures } = await lookupBench({
    quick: true,
    full: false,
    more: {},
    signal,
    progress: () => undefined,
  });
  assert.deepEqual(failures, []);
  const [first] = tables;
  assert.deepEqual(
    first?.rows.map(([what, count]) => [what, count]),
    [
      ['an id that is there, cold', 20],
      ['an id that is there, warm', 10_000],
      ['an id that is not there, cold', 20],
      ['an id that is not there, warm', 10_000],
    ],
  );
  assert.equal(typeof results['worstP99Ms'], 'number');
});

test('a slow run is no failure, a wrong answer is one', () => {
  const settings = { mappings: 1, coldLookUps: 1, warmLookUps: 1 };
  const filled = { perSecond: 1, fileBytes: 1, bytesPerMapping: 1 };
  const right = { count: 1, p50Ms: 5, p99Ms: 5, p999Ms: 5, maxMs: 5, wrong: 0 };
  const outcomeWith = (wrong: number) => {
    const rows = [{ what: 'one', cold: { ...right, wrong }, warm: right }];
    return lookupOutcome(settings, { filled, isCold: true, rows });
  };
  assert.deepEqual(outcomeWith(0).failures, []);
  assert.equal(outcomeWith(0).results['isWithinTarget'], false);
  assert.deepEqual(outcomeWith(2).failures, ['2 look-ups were answered wrongly']);
});

test('a run that is interrupted says so', async () => {
  const interrupted = AbortSignal.abort();
  await assert.rejects(
    lookupBench({
      quick: true,
      full: false,
      more: {},
      signal: interrupted,
      progress: () => undefined,
    }),
    /interrupted/,
  );
});
