// GET /market: what the exchange said last, and nothing made of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXCHANGE_CONNECTION } from '../../src/actors/addresses.ts';
import { CAPABILITIES } from '../actors/venue-messages.ts';
import { aWorld, LINKED, type World } from './fixtures.ts';

const SESSION = { sessionId: 's7', state: 'closed', tradingDate: '2013-10-07' } as const;
const LINK = { ...LINKED.link, capabilities: CAPABILITIES, session: SESSION };

function trading(state: 'active' | 'halted'): World {
  const world = aWorld();
  const broker = { state, reason: null, by: null, atMs: null };
  world.edge.answer('GetTradingStates', () => {
    return { outcome: 'trading_states', version: 1, broker, symbols: [] };
  });
  return world;
}

function hears(world: World, link: object): void {
  world.edge.deliver({ kind: 'LinkChanged', link } as { kind: string });
}

test('the market is as the exchange said last: session, calendar, feeds, and whether we take orders', async () => {
  const world = trading('halted');
  hears(world, LINK);
  const { status, body } = await world.call('GET', '/market');
  assert.equal(status, 200);
  assert.deepEqual(body, {
    venue: 'SIM',
    session: { sessionId: 's7', state: 'closed', tradingDate: '2013-10-07' },
    calendar: {
      timeZone: 'America/New_York',
      opensAt: '09:30',
      closesAt: '16:00',
      currency: 'USD',
    },
    tradingState: 'halted',
    tradeFeedLive: true,
    priceFeedLive: true,
  });
});

test('the clock opens no session, only the exchange does', async () => {
  const world = trading('active');
  hears(world, LINK);
  world.edge.advance(24 * 60 * 60 * 1_000);
  const later = await world.call('GET', '/market');
  assert.deepEqual((later.body as { session: unknown }).session, SESSION);
  const session = { ...SESSION, state: 'open' };
  hears(world, { ...LINK, session });
  const opened = await world.call('GET', '/market');
  assert.deepEqual((opened.body as { session: unknown }).session, session);
});

test('before the first contact, and when the connection is gone, nothing is claimed', async () => {
  const unknown = {
    venue: null,
    session: null,
    calendar: null,
    tradingState: 'active',
    tradeFeedLive: false,
    priceFeedLive: false,
  };
  const world = trading('active');
  assert.deepEqual((await world.call('GET', '/market')).body, unknown);
  hears(world, LINK);
  world.edge.live(EXCHANGE_CONNECTION, 'down');
  assert.deepEqual((await world.call('GET', '/market')).body, unknown);
});

test('without a word of the directory there is no answer, and without a token neither', async () => {
  const world = aWorld();
  world.edge.answer('GetTradingStates', () => ({ outcome: 'unknown', reason: 'deadline' }));
  assert.equal((await world.call('GET', '/market')).status, 503);
  assert.equal((await world.call('GET', '/market', { userId: null })).status, 401);
});
