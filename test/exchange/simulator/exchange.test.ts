// The exchange and its log: what was answered is there after a restart, what was torn off never
// happened.
import assert from 'node:assert/strict';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Execution } from '../../../src/exchange/port.ts';
import type { Engine } from '../../../src/exchange/simulator/engine.ts';
import { Exchange } from '../../../src/exchange/simulator/exchange.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { anOrder, aQuote, byClientOrderId, NOW } from './an-engine.ts';

const LISTINGS = [{ symbol: 'IBM', company: 'IBM', tickInCents: 1 }];

function openExchange(logFile: string, { loseBook = false, nowMs = NOW } = {}): Exchange {
  return new Exchange({ logFile, listings: LISTINGS, echo: true, loseBook, nowMs: () => nowMs });
}

/** Orders in every state there is. */
function trade(exchange: Exchange): void {
  exchange.run((engine, now) => {
    engine.openSession(`${engine.epoch}-s1`, now);
    engine.quote('IBM', aQuote(), now);
  });
  exchange.run((engine, now) =>
    engine.place(
      [
        anOrder('part', { priceInCents: 10_100, numShares: 300 }),
        anOrder('rest', { priceInCents: 9_000 }),
        anOrder('other', { priceInCents: 10_100 }),
        anOrder('gone'),
        anOrder('refused', { numShares: 0 }),
        anOrder('ioc', { timeInForce: 'ioc' }),
      ],
      now,
    ),
  );
  exchange.run((engine, now) => engine.cancel([aCancel('gone.c1')], now));
}

function aCancel(cancelId: string) {
  return { cancelId, clientOrderId: 'gone', externalOrderId: null };
}

const IDS = ['part', 'rest', 'other', 'gone', 'refused', 'ioc', 'never'];

/** All that anyone can ask of an engine. */
function viewOf(engine: Engine) {
  const { epoch, session, executionSeq } = engine;
  const orders = engine.query(IDS.map(byClientOrderId));
  const fills = [1, 2, 3, 4, 5, 6].map((n) => engine.fills(`sim-${n}`));
  return { epoch, session, executionSeq, orders, fills, open: engine.openOrders(null, 10) };
}

test('a restart finds every order, fill, sequence, session and cancel answer as it was', (t) => {
  const logFile = join(tempDirectory(t), 'exchange.ndjson');
  const before = openExchange(logFile);
  trade(before);
  before.close();
  const after = openExchange(logFile, { nowMs: NOW + 9 });
  t.after(() => after.close());
  assert.deepEqual(viewOf(after.engine), viewOf(before.engine));
  assert.equal(after.sessionSinceMs, NOW);
  assert(after.engine.priceSeq >= before.engine.priceSeq);

  const answers = after.run((engine, now) => [
    engine.place([anOrder('refused'), anOrder('gone')], now).map((result) => result.outcome),
    engine.cancel([aCancel('gone.c1'), aCancel('gone.c2')], now).map((result) => result.outcome),
  ]);
  assert.deepEqual(answers, [
    ['duplicate_client_order_id', 'duplicate_client_order_id'],
    ['cancelled', 'refused'],
  ]);
});

test('a restarted book keeps its priority', (t) => {
  const logFile = join(tempDirectory(t), 'exchange.ndjson');
  const before = openExchange(logFile);
  trade(before);
  before.close();
  const after = openExchange(logFile);
  t.after(() => after.close());
  const sell = anOrder('s', { side: 'sell', priceInCents: 10_100, numShares: 150 });
  const trades = after.run((engine, now) => {
    engine.place([sell], now);
    const [part, other] = [engine.fills('sim-1'), engine.fills('sim-3')];
    return [part?.map((fill) => fill.lastQty), other?.map((fill) => fill.lastQty)];
  });
  assert.deepEqual(trades, [[200, 100], [50]]);
});

test('a group that a crash has torn never happened, and the log goes on before it', (t) => {
  const logFile = join(tempDirectory(t), 'exchange.ndjson');
  const before = openExchange(logFile);
  trade(before);
  const view = viewOf(before.engine);
  before.run((engine, now) => engine.place([anOrder('never')], now));
  before.close();
  truncateSync(logFile, readFileSync(logFile).length - 1);
  const after = openExchange(logFile);
  t.after(() => after.close());
  assert.deepEqual(viewOf(after.engine), view);

  after.run((engine, now) => engine.place([anOrder('never')], now));
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const seqs = lines.filter((line) => line !== '').map((line) => JSON.parse(line).logSeq);
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => i + 1),
  );
});

test('told to lose its book it begins a new epoch, and the log keeps both', (t) => {
  const logFile = join(tempDirectory(t), 'exchange.ndjson');
  const before = openExchange(logFile);
  trade(before);
  before.close();
  const lost = openExchange(logFile, { loseBook: true, nowMs: NOW + 1 });
  assert.notEqual(lost.engine.epoch, before.engine.epoch);
  assert.deepEqual(lost.engine.openOrders(null, 10).orders, []);
  assert.equal(lost.engine.executionSeq, 0);
  trade(lost);
  lost.close();
  const after = openExchange(logFile, { nowMs: NOW + 2 });
  t.after(() => after.close());
  assert.deepEqual(viewOf(after.engine), viewOf(lost.engine));
  const fromStart: string[] = [];
  after.executions.subscribe(collect(fromStart), 0, [], NOW);
  assert.equal(fromStart.length, after.engine.executionSeq);
  assert(fromStart.every((line) => JSON.parse(line).epoch === after.engine.epoch));
});

test('executions older than memory are read from the log, exactly', (t) => {
  const logFile = join(tempDirectory(t), 'exchange.ndjson');
  const before = openExchange(logFile);
  before.run((engine, now) => engine.openSession('e1-s1', now));
  for (let batch = 0; batch < 40; batch++) {
    const orders = Array.from({ length: 50 }, (_, i) => anOrder(`o${batch}-${i}`));
    before.run((engine, now) => engine.place(orders, now));
  }
  before.close();
  const after = openExchange(logFile);
  t.after(() => after.close());
  for (const from of [0, 1, 777, 1_999, 2_000]) {
    const lines: string[] = [];
    assert.equal(after.executions.canResume(from), true);
    after.executions.subscribe(collect(lines), from, [], NOW);
    const seqs = lines.map((line) => (JSON.parse(line) as Execution).seq);
    assert.deepEqual(
      seqs,
      Array.from({ length: 2_000 - from }, (_, i) => from + 1 + i),
    );
  }
  assert.equal(after.executions.canResume(2_001), false);
});

function collect(lines: string[]) {
  const write = (text: string) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    return true;
  };
  return { write, cut: () => lines.push('cut') };
}
