import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ConnectionState,
  LINK_DOWN,
} from '../../../src/actors/exchange-connection/protocol.ts';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { aHeartbeat, aSnapshot, aTick, CAPABILITIES, EPOCH } from '../venue-messages.ts';
import { CONNECTIONS, ConnectionRig, effectsOf, linksOf, OPENED } from './connection-rig.ts';

const WATCHER = 'order-shard/00';
const OPEN = { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' } as const;
const UP = {
  linked: true,
  ordersReachable: true,
  tradeFeedLive: true,
  priceFeedLive: true,
  capabilities: CAPABILITIES,
  session: OPEN,
  lastClose: null,
};

describe('exchange-connection: the link', () => {
  test('a watcher hears the state at once, and then every step until it is up', () => {
    const rig = new ConnectionRig();
    rig.receive({ kind: 'WatchLink', watcher: WATCHER });
    rig.readCapabilities();
    rig.openExecutions(null);
    rig.frames('executions', aHeartbeat(0));
    rig.finish('OpenFeed', OPENED, { feed: 'prices' });
    rig.frames('prices', aSnapshot(10));
    const reachable = { ...LINK_DOWN, ordersReachable: true, capabilities: CAPABILITIES };
    assert.deepEqual(linksOf(rig.sent()), [
      LINK_DOWN,
      reachable,
      { ...reachable, linked: true, tradeFeedLive: true },
      UP,
    ]);
  });

  test('nothing is opened before the capabilities, asked for with back-off, are known', () => {
    const rig = new ConnectionRig();
    rig.finish('ReadCapabilities', { outcome: 'not_written', error: 'ECONNREFUSED' });
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'ReadCapabilities' }]);
    rig.advance(LIMITS.linkRetryMinMs);
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'ReadCapabilities' }]);
    rig.readCapabilities();
    assert.deepEqual(effectsOf(rig.sent()), [{ kind: 'OpenFeed', feed: 'prices', from: null }]);
  });

  test('E06 an adapter with neither execIds nor sequence is refused for good', () => {
    const rig = new ConnectionRig();
    rig.readCapabilities({ execIds: false, sequence: false });
    rig.receive({ kind: 'WatchLink', watcher: WATCHER });
    rig.advance(60_000);
    const sent = rig.sent();
    assert.deepEqual(effectsOf(sent), [{ kind: 'ReadCapabilities' }]);
    assert.deepEqual(linksOf(sent), [LINK_DOWN]);
    assert.equal(rig.ctx.logs.at(-1)?.level, 'error');
  });

  test('a trade feed that falls takes the link down and has the exchange probed', () => {
    const rig = watched();
    rig.finish('ReadFeed', { outcome: 'closed', error: 'reset' }, { feed: 'executions' });
    const sent = rig.sent();
    assert.deepEqual(linksOf(sent), [{ ...UP, linked: false, tradeFeedLive: false }]);
    assert.deepEqual(effectsOf(sent), [
      { kind: 'CloseFeed', feed: 'executions' },
      { kind: 'ReadCapabilities' },
    ]);
  });

  test('E36 a price feed that falls leaves the link up: the checks refuse what needs a price', () => {
    const rig = watched();
    rig.finish('ReadFeed', { outcome: 'closed', error: 'reset' }, { feed: 'prices' });
    const sent = rig.sent();
    assert.deepEqual(linksOf(sent), [{ ...UP, priceFeedLive: false }]);
    assert.deepEqual(effectsOf(sent), [
      { kind: 'CloseFeed', feed: 'prices' },
      { kind: 'ReadCapabilities' },
    ]);
    rig.receive(rig.submit(1));
    assert.equal(rig.openEffects('PlaceOrders').length, 1);
  });

  test('a request that could not be written takes the link down until the exchange answers', () => {
    const rig = watched();
    rig.receive(rig.submit(1));
    rig.finish('PlaceOrders', { outcome: 'not_written', error: 'ECONNREFUSED' });
    const down = { ...UP, linked: false, ordersReachable: false };
    assert.deepEqual(linksOf(rig.sent()), [down]);
    rig.readCapabilities();
    assert.deepEqual(linksOf(rig.sent()), [UP]);
  });

  test('a session that closes is told', () => {
    const rig = watched();
    const session = { ...OPEN, state: 'closed' } as const;
    rig.frames('prices', { kind: 'session', epoch: EPOCH, seq: 11, session, exchangeAtMs: 1 });
    const lastClose = { sessionId: 's1', closedAtMs: 1, seq: 11 };
    assert.deepEqual(linksOf(rig.sent()), [{ ...UP, session, lastClose }]);
  });

  test('a close and the next open in one read: the close is told with its place', () => {
    const rig = watched();
    const closed = { ...OPEN, state: 'closed' } as const;
    const next = { ...OPEN, sessionId: 's2' } as const;
    const changed = { kind: 'session', epoch: EPOCH, exchangeAtMs: START_MS } as const;
    rig.frames(
      'prices',
      ...[aTick(11), { ...changed, seq: 12, session: closed }],
      ...[{ ...changed, seq: 13, session: next }, aTick(14)],
    );
    const lastClose = { sessionId: 's1', closedAtMs: START_MS, seq: 12 };
    assert.deepEqual(linksOf(rig.sent()), [{ ...UP, session: next, lastClose }]);
  });

  test('ticks and heartbeats change nothing and tell nothing', () => {
    const rig = watched();
    rig.frames('prices', aTick(11), aHeartbeat(11));
    rig.frames('executions', aHeartbeat(0));
    assert.deepEqual(linksOf(rig.sent()), []);
  });

  test('E40 the skew of the exchange is that of its newest heartbeat, of either feed', () => {
    const rig = new ConnectionRig();
    const skews: (number | null)[] = [];
    const look = () => skews.push(stateOf(rig).exchangeClockSkewMs);
    look();
    rig.linkUp();
    const beat = (aheadMs: number) => ({
      ...aHeartbeat(10),
      exchangeAtMs: rig.ctx.nowMs() + aheadMs,
    });
    look();
    rig.frames('prices', beat(-40), aTick(11, { exchangeAtMs: 0 }));
    look();
    rig.frames('prices', aTick(12));
    look();
    rig.frames('executions', { ...beat(-70), headSeq: 0 }, { ...beat(250), headSeq: 0 });
    look();
    assert.deepEqual(skews, [null, 0, -40, -40, 250]);
  });

  test('what the exchange can do is logged once, and again when it comes back as another', () => {
    const rig = watched();
    rig.finish('ReadFeed', { outcome: 'closed', error: 'reset' }, { feed: 'prices' });
    rig.readCapabilities();
    const said = () => rig.ctx.logs.filter(({ text }) => text.includes('what it can do'));
    const { calendar, ...abilities } = CAPABILITIES;
    assert.deepEqual(
      said().map(({ fields }) => fields),
      [{ ...abilities, ...calendar }],
    );
    rig.receive(rig.submit(1));
    rig.finish('PlaceOrders', { outcome: 'not_written', error: 'ECONNREFUSED' });
    rig.readCapabilities({ epoch: 'e2' });
    assert.deepEqual(
      said().map(({ fields }) => fields['epoch']),
      [EPOCH, 'e2'],
    );
  });

  test('its state says how many sockets there are and what is queued', () => {
    const rig = watched();
    for (const n of [1, 2, 3, 4]) rig.receive(rig.submit(n));
    rig.sent();
    rig.receive({ kind: 'GetConnectionState', replyTo: rig.replyTo() });
    assert.deepEqual(rig.sent(), [
      {
        via: 'reply',
        correlationId: 5,
        reply: {
          outcome: 'connection_state',
          link: UP,
          connections: CONNECTIONS,
          submitsQueued: 2,
          submitsInFlight: 2,
          executionFeed: { epoch: EPOCH, headSeq: 0, gaps: 0, losses: 0 },
          exchangeClockSkewMs: 0,
        },
      },
    ]);
  });
});

function stateOf(rig: ConnectionRig): ConnectionState {
  rig.sent();
  rig.receive({ kind: 'GetConnectionState', replyTo: rig.replyTo() });
  const [answer] = rig.sent();
  assert(answer?.via === 'reply');
  return answer.reply as ConnectionState;
}

function watched(): ConnectionRig {
  const rig = new ConnectionRig();
  rig.linkUp();
  rig.receive({ kind: 'WatchLink', watcher: WATCHER });
  rig.sent();
  return rig;
}
