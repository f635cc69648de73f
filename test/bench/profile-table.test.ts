import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownTimes } from '../../bench/harness/profile-table.ts';

test('the time before a sample is of the function that was sampled', () => {
  const frame = { functionName: 'flush', url: 'file:///a/src/x.ts', lineNumber: 0 };
  const nodes = [
    { id: 1, callFrame: { ...frame, columnNumber: 9 } },
    { id: 2, callFrame: { functionName: '', url: '', lineNumber: -1, columnNumber: -1 } },
  ];
  const own = ownTimes({ nodes, samples: [1, 2, 1], timeDeltas: [5, 7, 11] });
  assert.deepEqual(
    [...own],
    [
      ['flush src/x.ts:1:10', 16],
      ['anonymous', 7],
    ],
  );
});
