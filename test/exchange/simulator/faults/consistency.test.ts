// Whatever a plan does to the messages, the exchange's own log stays true: sequences are dense, and
// each cumQty is the running sum of what counts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PRESETS } from '../../../../src/exchange/simulator/faults/presets.ts';
import { readPlan } from '../../../../src/exchange/simulator/faults/read-plan.ts';
import type { LogLine } from '../../../../src/exchange/simulator/log-record.ts';
import { seededRandom } from '../../../../src/exchange/simulator/random.ts';
import { FaultRig } from './fault-rig.ts';

const ORDERS = 400;

/** Orders, cancels, quotes and sessions, as the seed has it, over about a minute. */
function trade(rig: FaultRig, seed: number): void {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly [T, ...T[]]) => items[Math.floor(random() * items.length)];
  for (let n = 1; n <= ORDERS; n++) {
    rig.clock.pass(Math.floor(random() * 300));
    rig.place(`o${n}`, {
      side: pick(['buy', 'sell']) ?? 'buy',
      timeInForce: pick(['day', 'gtc', 'ioc', 'fok']) ?? 'day',
      priceInCents: 9_900 + Math.floor(random() * 300),
      numShares: 1 + Math.floor(random() * 500),
      notAfterMs: rig.clock.nowMs() + 5_000,
    });
    const id = `o${1 + Math.floor(random() * n)}`;
    const cancel = { cancelId: `${id}.c${n}`, clientOrderId: id, externalOrderId: null };
    if (random() < 0.2) rig.ask({ kind: 'Cancel', cancels: [cancel] });
    const price = 9_950 + Math.floor(random() * 200);
    rig.exchange.run((engine, nowMs) => engine.print('IBM', price, 100, nowMs));
  }
  rig.clock.pass(60_000);
}

function linesOf({ logFile }: FaultRig): LogLine[] {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): LogLine => JSON.parse(line));
}

/** Throws at the first execution that does not follow from those before it. */
function assertConsistent(lines: readonly LogLine[]): void {
  let seq = 0;
  let counting = new Map<string, { readonly order: string; readonly qty: number }>();
  for (const line of lines) {
    if (line.kind === 'epoch') [seq, counting] = [0, new Map()];
    if (line.kind !== 'execution') continue;
    assert.equal(line.seq, ++seq, 'the sequence is dense');
    const { execKind, execId, execRef, clientOrderId: order, lastQty } = line;
    if (execKind === 'trade') counting.set(execId, { order, qty: lastQty ?? 0 });
    if (execKind === 'bust' || execKind === 'correct') {
      assert.equal(counting.get(execRef ?? '')?.order, order, `${execKind} of ${execRef}`);
      assert.notEqual(counting.get(execRef ?? '')?.qty, 0, `${execRef} was amended after its bust`);
      counting.set(execRef ?? '', { order, qty: lastQty ?? 0 });
    }
    const trades = [...counting.values()].filter((trade) => trade.order === order);
    const sum = trades.reduce((total, { qty }) => total + qty, 0);
    assert.equal(line.cumQty, sum, `cumQty of ${order} at ${execId}`);
  }
}

for (const [name, preset] of Object.entries(PRESETS)) {
  for (const seed of [1, 2]) {
    test(`with the faults ${name} and seed ${seed} the log is consistent`, (t) => {
      const rig = new FaultRig(t, seed);
      rig.faults.follow(readPlan(preset));
      trade(rig, seed);
      const lines = linesOf(rig);
      const trades = lines.filter((line) => line.kind === 'execution' && line.execKind === 'trade');
      assert(trades.length > 20, `only ${trades.length} trades`);
      assertConsistent(lines);
    });
  }
}

test('the same seed spoils the same messages in the same way, another seed others', (t) => {
  const run = (seed: number) => {
    const rig = new FaultRig(t, seed);
    rig.faults.follow(readPlan(PRESETS['storm'] ?? {}));
    trade(rig, 1);
    return [rig.read, linesOf(rig)];
  };
  assert.deepEqual(run(5), run(5));
  assert.notDeepEqual(run(5), run(6));
});
