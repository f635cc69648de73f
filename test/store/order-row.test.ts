import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FACTS } from '../../src/domain/order.ts';
import { changingValues, isAsCreated } from '../../src/store/order-row.ts';
import { anOrder } from './an-order.ts';

test('a new order is told from one to which anything has happened', () => {
  assert.equal(isAsCreated(changingValues(anOrder('k1'))), true);
  for (const [fact, usual] of Object.entries(NO_FACTS)) {
    const order = anOrder('k1', { [fact]: typeof usual === 'number' ? 1 : 'x' });
    assert.equal(isAsCreated(changingValues(order)), false, fact);
  }
  for (const kept of [{ feeInCents: 1 }, { cancelRequestedAtMs: 1 }, { version: 2 }]) {
    assert.equal(isAsCreated(changingValues(anOrder('k1', {}, kept))), false);
  }
});
