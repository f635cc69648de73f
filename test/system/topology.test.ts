import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '../../src/system/settings.ts';
import { placeIn, residentsOf, workerThreads } from '../../src/system/topology.ts';

function settings(shards: number, orderThreads: number): Settings {
  return { shards, config: { orderThreads, gatewayThreads: 1 } } as Settings;
}

test('there are no more order threads than files, and each file is on one of them', () => {
  for (const [shards, asked, expected] of [
    [1, 2, 1],
    [2, 2, 2],
    [4, 2, 2],
    [2, 8, 2],
  ] as const) {
    const given = settings(shards, asked);
    const threads = workerThreads(given).filter((thread) => thread.startsWith('order-'));
    assert.equal(threads.length, expected);
    const residents = threads.flatMap((thread) => residentsOf(given, thread));
    assert.equal(residents.length, shards);
    assert.equal(new Set(residents).size, shards);
    for (const resident of residents) {
      const [kind = '', key = ''] = resident.split('/');
      assert(threads.includes(placeIn(given)(kind, key)), resident);
    }
  }
});
