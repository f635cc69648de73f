import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChurnMap, ChurnSet } from '../../src/runtime/churn-map.ts';

const KEYS = 12;

test('a ChurnMap holds what a Map holds, in its order, after any sets and deletes', () => {
  const operation = fc.record({
    what: fc.constantFrom('set', 'delete', 'clear' as const),
    key: fc.nat(KEYS),
    value: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
      const plain = new Map<number, number>();
      const churned = new ChurnMap<number, number>();
      for (const { what, key, value } of operations) {
        if (what === 'clear' && value % 8 > 0) continue; // seldom, or there is never much in it
        if (what === 'clear') for (const each of [plain, churned]) each.clear();
        else if (what === 'set') for (const each of [plain, churned]) each.set(key, value);
        else assert.equal(churned.delete(key), plain.delete(key));
        assert.equal(churned.size, plain.size);
        assert.equal(churned.get(key), plain.get(key));
        assert.equal(churned.has(key), plain.has(key));
      }
      assert.deepEqual([...churned], [...plain]);
      assert.deepEqual([...churned.keys()], [...plain.keys()]);
      assert.deepEqual([...churned.values()], [...plain.values()]);
    }),
  );
});

test('what is deleted while it is iterated over is left out', () => {
  const churned = new ChurnSet<number>();
  for (let member = 0; member < 100; member++) churned.add(member);
  const seen: number[] = [];
  for (const member of churned) {
    seen.push(member);
    churned.delete(member);
    churned.delete(member + 1);
  }
  assert.equal(seen.length, 50);
  assert.equal(churned.size, 0);
});

/** Asks come and go, 200 at a time, after one full collection. How the old generation grows, MB. */
const GROWTH = `
  const { getHeapSpaceStatistics } = await import('node:v8');
  const { ChurnMap } = await import(process.argv[1]);
  const oldBytes = () =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;
  const grown = (asks) => {
    let before = 0;
    for (let ask = 0; ask < 200_000; ask++) {
      asks.set(ask, { text: 'ask ' + ask, parts: [ask, ask, ask, ask] });
      asks.delete(ask - 200);
      if (ask !== 1_000) continue;
      gc();
      before = oldBytes();
    }
    return Math.round((oldBytes() - before) / 1e6);
  };
  const keeping = new (class extends Map { delete() { return false; } })();
  const told = { churned: grown(new ChurnMap()), plain: grown(new Map()), kept: grown(keeping) };
  console.log(JSON.stringify(told));`;

test('what was deleted from it does not get old, as it does in a plain Map', (t) => {
  const url = new URL('../../src/runtime/churn-map.ts', import.meta.url).href;
  const flags = ['--import', 'tsx', '--expose-gc', '--single-threaded', '--input-type=module'];
  const told = execFileSync(process.execPath, [...flags, '-e', GROWTH, url], { encoding: 'utf8' });
  const { churned, plain, kept } = JSON.parse(told) as Record<string, number>;
  assert(Number(kept) >= 10, `of what is kept only ${kept} MB were seen to get old`);
  assert(Number(churned) <= 2, `${churned} MB of what was deleted got old`);
  // Once this is about as little, V8 has mended its maps, and ours can go.
  t.diagnostic(`of a plain Map ${plain} MB got old, of ours ${churned}`);
});
