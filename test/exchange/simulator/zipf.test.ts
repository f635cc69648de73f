import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/exchange/simulator/random.ts';
import { Zipf } from '../../../src/exchange/simulator/zipf.ts';

function picks(zipf: Zipf, count: number, draws: number): number[] {
  const random = seededRandom(7);
  const counts = new Array<number>(count).fill(0);
  for (let i = 0; i < draws; i++) {
    const picked = zipf.pick(random());
    counts[picked] = (counts[picked] ?? 0) + 1;
  }
  return counts;
}

test('the n-th is picked with a weight of 1/n', () => {
  const [first = 0, second = 0, , fourth = 0] = picks(new Zipf(1_000, 1), 1_000, 200_000);
  const harmonic = Array.from({ length: 1_000 }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
  assert.ok(Math.abs(first / 200_000 - 1 / harmonic) < 0.005, `${first}`);
  assert.ok(Math.abs(second / first - 1 / 2) < 0.03, `${second}`);
  assert.ok(Math.abs(fourth / first - 1 / 4) < 0.03, `${fourth}`);
});

test('with exponent 0 all are alike, and every pick is one of them', () => {
  for (const exponent of [0, 1]) {
    const zipf = new Zipf(5, exponent);
    assert.equal(zipf.pick(0), 0);
    assert.equal(zipf.pick(1 - 2 ** -53), 4);
  }
  for (const count of picks(new Zipf(4, 0), 4, 40_000)) assert.ok(Math.abs(count - 10_000) < 400);
});
