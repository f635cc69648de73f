import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nameOfFile } from '../../../proof/crash-points/file-points.ts';
import {
  type Asked,
  answerPoints,
  commitPoint,
  framePoint,
  kindsOfFrame,
  kindsOfTurn,
  sendPoint,
} from '../../../proof/crash-points/names.ts';
import { readOptions, UsageError } from '../../../proof/crash-points/options.ts';
import { Rotation, sampleOf, targetsOf } from '../../../proof/crash-points/plan.ts';
import { Trigger } from '../../../proof/crash-points/trigger.ts';
import type { Envelope } from '../../../src/runtime/envelope.ts';
import { type Packet, SYSTEM } from '../../../src/runtime/packet.ts';
import { Prng } from '../../../src/runtime/simulation/prng.ts';
import { tempDirectory } from '../../temp-directory.ts';

test('a turn is named by its kinds, whatever their order and number, and without noise', () => {
  const batch = [
    envelope({ kind: 'SubmitAnswered' }),
    envelope({ kind: 'PlaceOrder' }),
    envelope({ kind: 'GetOrder' }),
    envelope({ kind: 'PlaceOrder' }),
  ];
  assert.deepEqual(kindsOfTurn(batch), ['PlaceOrder', 'SubmitAnswered']);
  const point = commitPoint('order-shard/03', 'before', 'PlaceOrder');
  assert.equal(point, 'order-shard: before commit of PlaceOrder');
});

test('an own message is named by what it becomes', () => {
  const answer = envelope({ outcome: 'booked' }, () => ({ kind: 'FactAnswered' }));
  assert.deepEqual(kindsOfTurn([answer]), ['FactAnswered']);
});

test('a reply is named by what it answers; prices, reads and the runtime itself are noise', () => {
  const asked: Asked = new Map([
    [7, 'PlaceOrder'],
    [8, 'GetOrder'],
  ]);
  const reply = (correlationId: number): Packet => [
    { to: 'gateway/0', correlationId },
    'order-shard/03',
    { outcome: 'order' },
  ];
  const messages: Packet[] = [
    reply(7),
    reply(8),
    reply(9),
    ['gateway/0', 'order-shard/03', { kind: 'UserEvents' }],
    ['symbol-fanout/ABC', 'gateway/0', { kind: 'WatchSymbol' }],
    [SYSTEM, 'system/order-0', { kind: 'SnapshotTaken' }],
  ];
  assert.deepEqual(kindsOfFrame(messages, asked), ['UserEvents', 'reply to PlaceOrder']);
  assert.equal(asked.size, 0, 'what has been answered is forgotten');
  const point = framePoint('order-0', 'gateway-0', 'after', 'UserEvents');
  assert.equal(point, 'order-0 -> gateway-0: after the frame with UserEvents');
});

test('sends to the exchange have a point before and after, waiting for a feed has none', () => {
  const point = (moment: 'before' | 'after', effect: { readonly kind: string }) =>
    sendPoint('exchange-connection/0', moment, effect);
  const orders = { kind: 'PlaceOrders' };
  assert.equal(point('before', orders), 'exchange-connection: before PlaceOrders is sent');
  assert.equal(point('after', orders), 'exchange-connection: after PlaceOrders was sent');
  assert.equal(point('before', { kind: 'ReadFeed', feed: 'executions' } as never), null);
  assert.equal(point('before', { kind: 'OpenFeed', feed: 'prices' } as never), null);
});

test('what the feed brings is named by the kinds of its executions, heartbeats left out', () => {
  const frames = [
    { kind: 'execution', execKind: 'trade' },
    { kind: 'execution', execKind: 'accepted' },
    { kind: 'heartbeat' },
    { kind: 'execution', execKind: 'trade' },
  ];
  const effect = { kind: 'ReadFeed', feed: 'executions' };
  const points = answerPoints('exchange-connection/0', effect, { outcome: 'frames', frames });
  assert.deepEqual(points, [
    "exchange-connection: before the feed's accepted is heard",
    "exchange-connection: before the feed's trade is heard",
  ]);
});

test('the files of all shards have one name', () => {
  assert.equal(nameOfFile(join('orders', 'shard-03.db')), 'shard-NN.db');
  assert.equal(nameOfFile('meta.json.new'), 'meta.json.new');
});

test('hits are written down at once, and do not count before the script has begun', (t) => {
  const directory = tempDirectory(t);
  const [hitsFile, beginFile] = [join(directory, 'hits'), join(directory, 'begin')];
  const { hit } = new Trigger({ hitsFile, beginFile, target: null });
  hit('a: before x');
  mkdirSync(beginFile);
  hit('b: before y');
  assert.equal(readFileSync(hitsFile, 'utf8'), 'b: before y\n');
});

test('each point is killed at its first hit, and one of files at its last too', () => {
  const hits = ['a: before x', 'shard-NN.db: after lock', 'a: before x', 'shard-NN.db: after lock'];
  assert.deepEqual(targetsOf(hits), [
    { point: 'a: before x', hit: 1 },
    { point: 'shard-NN.db: after lock', hit: 1 },
    { point: 'shard-NN.db: after lock', hit: 2 },
  ]);
});

test('the points of recoveries take turns', () => {
  const rotation = new Rotation();
  const next = (...points: string[]) => rotation.next(points)?.point ?? null;
  assert.deepEqual([next('a', 'b'), next('a', 'b'), next('a', 'b', 'c')], ['a', 'b', 'c']);
  assert.deepEqual([next('c', 'a'), next()], ['c', null]);
  rotation.killed({ point: 'b', hit: 1 });
  assert.deepEqual(
    [...rotation.kills],
    [
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ],
  );
});

test('a sample is a function of its seed, and takes nothing twice', () => {
  const items = Array.from({ length: 50 }, (_, n) => n);
  const draw = (seed: string) => sampleOf(items, 7, new Prng(seed));
  assert.deepEqual(draw('one'), draw('one'));
  assert.notDeepEqual(draw('one'), draw('two'));
  assert.equal(new Set(draw('one')).size, 7);
  assert.deepEqual(sampleOf(items, 99, new Prng('all')), items);
});

test('a command line that is not understood is refused with a sentence', () => {
  assert.throws(() => readOptions(['--only', 'nonsense']), UsageError);
  assert.throws(() => readOptions(['--recovery', 'x']), UsageError);
  assert.throws(() => readOptions(['--jobs', '0']), UsageError);
  const { mode, kill } = readOptions(['--scenario', 'cancel', '--point', 'a: before x']);
  assert.deepEqual([mode, kill], ['one', { point: 'a: before x', hit: 1 }]);
});

function envelope(body: unknown, toOwn: Envelope['toOwn'] = null): Envelope {
  return {
    ...{ from: 'test/0', body, toOwn, replyTo: null, source: null, incarnation: 0 },
    ...{ timer: null, atMs: 0 },
  };
}
