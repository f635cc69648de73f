import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionState } from '../../../src/actors/exchange-connection/protocol.ts';
import type { TakeExecutions } from '../../../src/actors/trade-processor/protocol.ts';
import { LIMITS } from '../../../src/limits.ts';
import { aHeartbeat, anExecution, aTick, EPOCH } from '../venue-messages.ts';
import { ConnectionRig, effectsOf, OPENED } from './connection-rig.ts';

const TAKEN = { outcome: 'taken' } as const;

describe('exchange-connection: the execution feed', () => {
  test('it opens where the trade-processor stands', () => {
    const rig = new ConnectionRig();
    rig.readCapabilities();
    const position = { epoch: EPOCH, seq: 7 };
    rig.answer('GetFeedPosition', { outcome: 'feed_position', position });
    assert.deepEqual(opened(rig), [{ kind: 'OpenFeed', feed: 'executions', from: position }]);
  });

  test('the feed is read again only when the executions have been taken', () => {
    const rig = open(0);
    rig.frames('executions', anExecution(1), anExecution(2), aHeartbeat(2));
    assert.deepEqual(taken(rig), [[1, 2]]);
    assert.deepEqual(reads(rig), []);
    rig.answer('TakeExecutions', TAKEN);
    assert.equal(reads(rig).length, 1);
    assert(isLive(rig));
  });

  test('frames that are repeated are passed over', () => {
    const rig = open(5);
    rig.frames('executions', anExecution(4), anExecution(5), anExecution(6), anExecution(6));
    assert.deepEqual(taken(rig), [[6]]);
  });

  test('E18 a hole: what came before it is handed on, then the feed is opened again', () => {
    const rig = live(0);
    rig.frames('executions', anExecution(1), anExecution(3));
    assert.deepEqual(taken(rig), [[1]]);
    assert(!isLive(rig));
    rig.answer('TakeExecutions', TAKEN);
    assert.deepEqual(reads(rig), []);
    rig.advance(LIMITS.linkRetryMinMs);
    rig.openExecutions({ epoch: EPOCH, seq: 1 });
    assert.deepEqual(feedState(rig), { epoch: EPOCH, headSeq: 3, gaps: 1, losses: 0 });
    rig.frames('executions', anExecution(2), anExecution(3), aHeartbeat(3));
    assert.deepEqual(taken(rig), [[2, 3]]);
    assert(isLive(rig));
    const told = rig.ctx.logs.map(({ text }) => text).filter((text) => text.includes('feed is '));
    assert.deepEqual(told, [
      'the execution feed is gapped',
      'a feed is opened again',
      'the execution feed is healed',
    ]);
  });

  test('E18 executions that the exchange has not kept are counted as lost', () => {
    const rig = open(5);
    rig.frames('executions', { kind: 'reset', epoch: 'e2', headSeq: 40 });
    rig.advance(LIMITS.linkRetryMinMs);
    rig.finish('OpenFeed', OPENED, { feed: 'executions' });
    rig.frames('executions', { kind: 'reset', epoch: 'e2', headSeq: 41 }, aHeartbeat(41, 'e2'));
    assert(isLive(rig));
    assert.deepEqual(feedState(rig), { epoch: 'e2', headSeq: 41, gaps: 0, losses: 1 });
  });

  test('a heartbeat ahead of us shows that the last frame was lost', () => {
    const rig = live(5);
    rig.frames('executions', aHeartbeat(6));
    assert(!isLive(rig));
    rig.advance(LIMITS.linkRetryMinMs);
    assert.equal(rig.openAsks('GetFeedPosition').length, 1);
  });

  test('while it is catching up a heartbeat ahead is no gap, as long as frames come', () => {
    const rig = open(0);
    rig.frames('executions', anExecution(1), aHeartbeat(3), anExecution(2), aHeartbeat(3));
    rig.answer('TakeExecutions', TAKEN);
    assert(!isLive(rig));
    rig.frames('executions', anExecution(3), aHeartbeat(3));
    assert(isLive(rig));
  });

  test('two heartbeats ahead with nothing between them are a gap', () => {
    const rig = open(0);
    rig.frames('executions', aHeartbeat(3), aHeartbeat(3));
    assert.deepEqual(reads(rig), []);
    rig.advance(LIMITS.linkRetryMinMs);
    assert.equal(rig.openAsks('GetFeedPosition').length, 1);
  });

  test('a feed that is silent is closed, and opened again with growing pauses', () => {
    const rig = live(0);
    rig.sent();
    rig.advance(LIMITS.feedSilentMs);
    assert(!isLive(rig));
    assert.deepEqual(effectsOf(rig.sent())[0], { kind: 'CloseFeed', feed: 'executions' });
    const closed = { outcome: 'closed', error: 'ECONNREFUSED' };
    for (const waitMs of [75, 150, 300]) {
      rig.advance(waitMs - 1);
      assert.equal(rig.openAsks('GetFeedPosition').length, 0);
      rig.advance(1);
      rig.answer('GetFeedPosition', { outcome: 'feed_position', position: null });
      rig.finish('OpenFeed', closed, { feed: 'executions' });
    }
  });

  test('E41 a reset to the beginning of a new epoch reads on from there', () => {
    const rig = open(5);
    rig.frames(
      'executions',
      { kind: 'reset', epoch: 'e2', headSeq: 0 },
      anExecution(1, { epoch: 'e2' }),
      aHeartbeat(1, 'e2'),
    );
    const [ask] = rig.openAsks('TakeExecutions') as TakeExecutions[];
    assert.equal(ask?.epoch, 'e2');
    assert.deepEqual(taken(rig), [[1]]);
    assert(isLive(rig));
  });

  test('a reset that would leave something out has the feed read from its first message', () => {
    const rig = open(5);
    rig.frames('executions', { kind: 'reset', epoch: 'e2', headSeq: 40 });
    rig.sent();
    rig.advance(LIMITS.linkRetryMinMs);
    assert.equal(rig.openAsks('GetFeedPosition').length, 0);
    assert.deepEqual(opened(rig), [{ kind: 'OpenFeed', feed: 'executions', from: null }]);
    rig.finish('OpenFeed', OPENED, { feed: 'executions' });
    rig.frames('executions', anExecution(1, { epoch: 'e2' }), aHeartbeat(1, 'e2'));
    assert.deepEqual(taken(rig), [[1]]);
  });

  test('executions of another epoch are not handed on under ours', () => {
    const rig = live(0);
    rig.frames('executions', anExecution(1), anExecution(2, { epoch: 'e2' }));
    assert.deepEqual(taken(rig), [[1]]);
    rig.answer('TakeExecutions', TAKEN);
    rig.advance(LIMITS.linkRetryMinMs);
    assert.deepEqual(opened(rig), [{ kind: 'OpenFeed', feed: 'executions', from: null }]);
  });

  test('executions that were not taken are read again from the position', () => {
    const rig = live(0);
    rig.frames('executions', anExecution(1));
    rig.answer('TakeExecutions', { outcome: 'unknown', reason: 'stopped' });
    rig.advance(LIMITS.linkRetryMinMs);
    rig.openExecutions({ epoch: EPOCH, seq: 0 });
    rig.frames('executions', anExecution(1));
    assert.deepEqual(taken(rig), [[1]]);
  });

  test('a trade-processor that restarted is asked where it stands', () => {
    const rig = live(5);
    rig.life('trade-processor/0', 'down');
    assert(isLive(rig));
    rig.life('trade-processor/0', 'up');
    assert(!isLive(rig));
    rig.advance(LIMITS.linkRetryMinMs);
    assert.equal(rig.openAsks('GetFeedPosition').length, 1);
  });

  test('what an earlier opening still brings is late and changes nothing', () => {
    const rig = live(0);
    const [read] = rig.ctx.effects.filter(
      ({ effect }) =>
        'feed' in effect && effect.kind === 'ReadFeed' && effect.feed === 'executions',
    );
    assert(read);
    rig.life('trade-processor/0', 'down');
    rig.life('trade-processor/0', 'up');
    rig.sent();
    rig.receive(read.toOwn({ outcome: 'frames', frames: [anExecution(1)] } as never));
    assert.deepEqual(rig.sent(), []);
  });

  test('a frame of another feed is counted and passed over', () => {
    const rig = open(0);
    rig.frames('executions', aTick(1), aHeartbeat(0));
    assert.equal(rig.ctx.counters.get('frames_of_another_feed'), 1);
    assert(isLive(rig));
  });
});

/** The execution feed open after `seq`, and nothing read yet. */
function open(seq: number): ConnectionRig {
  const rig = new ConnectionRig();
  rig.readCapabilities();
  rig.ctx.effects = rig.ctx.effects.filter(({ effect }) => !('feed' in effect)); // no prices here
  rig.openExecutions({ epoch: EPOCH, seq });
  return rig;
}

function live(seq: number): ConnectionRig {
  const rig = open(seq);
  rig.frames('executions', aHeartbeat(seq));
  assert(isLive(rig));
  return rig;
}

function isLive(rig: ConnectionRig): boolean {
  return stateOf(rig).link.tradeFeedLive;
}

function feedState(rig: ConnectionRig): ConnectionState['executionFeed'] {
  return stateOf(rig).executionFeed;
}

function stateOf(rig: ConnectionRig): ConnectionState {
  const before = rig.ctx.sent;
  rig.ctx.sent = [];
  rig.receive({ kind: 'GetConnectionState', replyTo: rig.replyTo() });
  const [reply] = rig.sent();
  rig.ctx.sent = before;
  assert(reply?.via === 'reply');
  return reply.reply as ConnectionState;
}

/** Sequences of the executions that the trade-processor has been asked to take. */
function taken(rig: ConnectionRig): number[][] {
  const asks = rig.openAsks('TakeExecutions') as TakeExecutions[];
  return asks.map(({ executions }) => executions.map(({ seq }) => seq));
}

function opened(rig: ConnectionRig): unknown[] {
  return rig.openEffects('OpenFeed').filter((e) => 'feed' in e && e.feed === 'executions');
}

function reads(rig: ConnectionRig): unknown[] {
  return rig.openEffects('ReadFeed').filter((e) => 'feed' in e && e.feed === 'executions');
}
