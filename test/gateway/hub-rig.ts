// A hub over a fake edge and fake sinks, for the tests of streams.
import type { PriceChanged } from '../../src/actors/symbol-fanout/protocol.ts';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import { type OpenStream, StreamHub } from '../../src/gateway/stream-hub.ts';
import { FakeEdge, settled } from './fake-edge.ts';
import { FakeShard } from './fake-shard.ts';
import { FakeSink } from './fake-sink.ts';
import { ALICE, SHARDS } from './fixtures.ts';

export function aHub() {
  const edge = new FakeEdge();
  const shard = new FakeShard(edge);
  // biome-ignore lint/suspicious/noExplicitAny: the edge delivers whatever the test sends
  edge.factory('gateway/0', (message: any) => hub.receive(message));
  const hub = new StreamHub(edge, 0, SHARDS);
  const open = async (options: Partial<OpenStream> = {}, { isFull = false } = {}) => {
    const sink = new FakeSink();
    sink.isFull = isFull;
    const listener = hub.open(
      {
        userId: ALICE,
        symbols: [],
        wantsEvents: true,
        intervalMs: 0,
        lastEventId: null,
        expiresAtMs: edge.nowMs() + 86_400_000,
        ...options,
      },
      sink,
    );
    await settled();
    return { sink, listener };
  };
  const watch = (symbols: string[]) => open({ symbols, wantsEvents: false });
  return { edge, shard, hub, open, watch };
}

export const price = (
  symbol: string,
  priceInCents: number,
  seq: number,
  stale = false,
): PriceChanged => ({
  kind: 'PriceChanged',
  symbol,
  priceInCents,
  lastTradedAtMs: 1_700_000_000_000,
  seq,
  merged: 1,
  session: NO_SESSION_PRICES,
  stale,
});
