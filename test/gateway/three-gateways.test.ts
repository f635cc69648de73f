// Three gateways with differing watch-lists on dispatchers of their own, joined by links whose
// every frame is seen: what nobody on a gateway watches is not sent there, not one byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanoutOf, PRICE_HISTORY } from '../../src/actors/addresses.ts';
import type { BrokerContext } from '../../src/actors/context.ts';
import type { PriceTicked } from '../../src/actors/symbol-fanout/protocol.ts';
import {
  type Message as FanoutMessage,
  SymbolFanout,
} from '../../src/actors/symbol-fanout/symbol-fanout.ts';
import { spanOf } from '../../src/domain/price-span.ts';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import { StreamHub } from '../../src/gateway/stream-hub.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Actor, ActorKind, Address } from '../../src/runtime/actor.ts';
import { World } from '../runtime/world.ts';
import { FakeSink } from './fake-sink.ts';
import { ALICE, SHARDS } from './fixtures.ts';

/** Their fan-outs live on thread `m`, as the first letters say; each gateway on its own. */
const [BOTH, ONE, NOBODY] = ['m.BOTH', 'm.ONE', 'm.NOBODY'] as const;
const GATEWAYS = ['0', '1', '2'] as const;

const FANOUT: ActorKind = {
  kind: 'symbol-fanout',
  create: (symbol, ctx) => {
    const known = Object.assign(ctx, { referencePrice: () => null });
    const fanout = new SymbolFanout(
      { symbol, significanceBps: 0, insignificantMsMax: 1 },
      known as unknown as BrokerContext<FanoutMessage>,
    );
    return fanout as unknown as Actor;
  },
  spawnable: true,
  passivateAfterMs: null,
  group: null,
  turnMessagesMax: 64,
  mailboxMax: 512,
  askWindow: 16,
};

function threeGateways() {
  const world = new World({ threads: ['m', ...GATEWAYS], kinds: [FANOUT] });
  const hubOn = (name: string): StreamHub => {
    const edge = world.edge(`gateway/${name}`, (message) => hub.receive(message as never));
    const hub: StreamHub = new StreamHub(edge, Number(name), SHARDS);
    return hub;
  };
  const hubs = GATEWAYS.map(hubOn);
  world.settle();
  world.forget();
  let seq = 0;
  return {
    world,
    watch(gateway: number, ...symbols: string[]) {
      const sink = new FakeSink();
      const terms = {
        userId: ALICE,
        symbols,
        wantsEvents: false,
        intervalMs: 0,
        lastEventId: null,
      };
      const listener = hubs[gateway]?.open({ ...terms, expiresAtMs: Number.MAX_VALUE }, sink);
      assert(listener !== undefined);
      return { sink, symbols, leave: () => listener.closed() };
    },
    /** Its thread dies with all its streams, and another takes its place. */
    replace(gateway: number) {
      const name = `${gateway}`;
      const others = ['m', ...GATEWAYS].filter((thread) => thread !== name);
      for (const other of others) world.cut(name, other);
      world.dispatcher(name).halt();
      world.start(name, 2);
      for (const other of others) world.join(name, other);
      hubs[gateway] = hubOn(name);
      world.settle();
    },
    /** So many prints of each, each in a throttle window of its own. */
    trade(symbols: readonly string[], prints: number) {
      for (let n = 0; n < prints; n++) {
        seq++;
        for (const symbol of symbols) world.tell(fanoutOf(symbol), printOf(seq));
        world.advance(LIMITS.priceThrottleMs);
      }
    },
    /** What has gone from the fan-outs' thread to this gateway's: kind and symbol. */
    sentTo(gateway: number): string[] {
      const frames = world.frames.filter(({ from, to }) => from === 'm' && to === `${gateway}`);
      return frames.flatMap(({ messages }) =>
        messages.flatMap(([, , body]) => {
          const { kind, symbol } = body as { kind: string; symbol?: string };
          return kind === 'PriceChanged' ? [String(symbol)] : [];
        }),
      );
    },
    watchersOf(symbol: string): number | undefined {
      const { actors } = world.dispatcher('m').snapshot();
      return actors.find(({ address }) => address === fanoutOf(symbol))?.sizes['watchers'];
    },
    framesTo: (gateway: number) =>
      world.frames.filter(
        ({ from, to, messages }) =>
          from === 'm' &&
          to === `${gateway}` &&
          messages.some(([receiver]) => receiver !== PRICE_HISTORY), // of no gateway's thread
      ).length,
    /** To the fan-out of a symbol, by kind and gateway. */
    toldTo(symbol: string): string[] {
      const fanout: Address = fanoutOf(symbol);
      return world.frames.flatMap(({ from, messages }) =>
        messages.flatMap(([to, , body]) =>
          to === fanout ? [`${(body as { kind: string }).kind} from ${from}`] : [],
        ),
      );
    },
  };
}

function printOf(seq: number): PriceTicked {
  return {
    kind: 'PriceTicked',
    priceInCents: 100 + seq,
    exchangeAtMs: seq,
    feedSeq: seq,
    span: spanOf(100 + seq, 1),
    session: NO_SESSION_PRICES,
  };
}

test('a symbol that nobody watches sends nothing to any gateway, a watched one only to its watchers', () => {
  const { world, watch, trade, sentTo, framesTo } = threeGateways();
  const zero = watch(0, BOTH, ONE);
  const one = watch(1, BOTH);
  world.settle();
  world.forget();
  trade([BOTH, ONE, NOBODY], 10);
  const times = (symbol: string) => Array.from({ length: 10 }, () => symbol);
  assert.deepEqual(sentTo(0).sort(), [...times(BOTH), ...times(ONE)].sort());
  assert.deepEqual(sentTo(1), times(BOTH));
  assert.equal(framesTo(2), 0, 'not one frame, so not one byte');
  assert.equal(zero.sink.of('price').length, 20);
  assert.equal(one.sink.of('price').length, 10);

  world.forget();
  trade([NOBODY], 10);
  assert.deepEqual(GATEWAYS.map(Number).map(framesTo), [0, 0, 0]);
});

test('a gateway subscribes once, however many streams watch, and each of them gets every price', () => {
  const { world, watch, trade, sentTo, toldTo, watchersOf } = threeGateways();
  const first = watch(0, ONE);
  world.settle();
  world.forget();
  const streams = [first, ...Array.from({ length: 49 }, () => watch(0, ONE))];
  world.settle();
  assert.deepEqual(toldTo(ONE), [], 'the first has subscribed for all');
  assert.equal(watchersOf(ONE), 1);
  trade([ONE], 3);
  assert.equal(sentTo(0).length, 3, 'one message, not one for each stream');
  for (const { sink } of streams) assert.equal(sink.of('price').length, 3);
});

test('the last to leave unsubscribes after the linger, and then nothing comes any more', () => {
  const { world, watch, trade, framesTo, toldTo } = threeGateways();
  const [first, second] = [watch(1, ONE), watch(1, ONE)];
  world.settle();
  world.forget();
  first.leave();
  world.advance(2 * LIMITS.unwatchLingerMs);
  assert.deepEqual(toldTo(ONE), [], 'one still watches');
  second.leave();
  world.advance(LIMITS.unwatchLingerMs - 1);
  assert.deepEqual(toldTo(ONE), []);
  world.advance(1);
  assert.deepEqual(toldTo(ONE), ['UnwatchSymbol from 1']);
  world.forget();
  trade([ONE], 5);
  assert.equal(framesTo(1), 0);
  const again = watch(1, ONE);
  world.settle();
  assert.deepEqual(toldTo(ONE).at(-1), 'WatchSymbol from 1');
  assert.equal(again.sink.of('price').at(-1)?.data.seq, 5, 'the last price, at once');
});

test('a gateway whose thread has died is not sent for ever what its streams had watched', () => {
  const { world, watch, trade, replace, sentTo, watchersOf } = threeGateways();
  watch(0, BOTH);
  const one = watch(1, BOTH, ONE);
  world.settle();
  trade([BOTH, ONE], 1);
  replace(1);
  trade([BOTH, ONE], 1); // it learns of it by being told
  world.forget();
  trade([BOTH, ONE], 5);
  assert.deepEqual(sentTo(1), []);
  assert.deepEqual([watchersOf(BOTH), watchersOf(ONE)], [1, 0]);
  assert.equal(sentTo(0).length, 5);

  const back = watch(1, ...one.symbols);
  world.settle();
  trade([BOTH, ONE], 1);
  assert.equal(back.sink.of('price').filter(({ data }) => data.merged > 0).length, 2);
});
