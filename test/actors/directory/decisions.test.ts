// The directory's part in the kill switch: durable, asked of all who must apply it, acknowledged
// when all of them have.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Directory } from '../../../src/actors/directory/directory.ts';
import type { DirectoryMessage } from '../../../src/actors/directory/messages.ts';
import type {
  GetTradingStates,
  SetTradingState,
  SetTradingStateReply,
} from '../../../src/actors/directory/protocol.ts';
import type { TradingStates } from '../../../src/domain/trading-states.ts';
import type { Message, ReplyOf } from '../../../src/runtime/actor.ts';
import { DirectoryStore } from '../../../src/store/directory-store.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { ActorRig } from '../test-context.ts';

const CONNECTION = 'exchange-connection/0';
const TARGETS = [CONNECTION, 'order-shard/00', 'order-shard/01'] as const;
const NOTHING = { outcome: 'applied', notSent: 0, onTheWire: [] };
const IBM = { symbol: 'IBM', company: 'IBM', tickInCents: 1 };

class DecisionRig extends ActorRig<DirectoryMessage> {
  constructor(t: Pick<TestContext, 'after'>) {
    const path = join(tempDirectory(t), 'directory.db');
    super('directory/0', (ctx) => {
      const store = new DirectoryStore(path, 1_000);
      store.putSymbol(IBM, 0);
      const options = {
        store,
        shards: Array.from({ length: 256 }, (_, bucket) => bucket % 2),
        freshSigningKey: 'fresh-key',
        demoCashInCents: 0,
        demoShares: 0,
        depositsPerAskMax: 500,
        askMs: 5_000,
        retryMs: 500,
        decisions: { askMs: 2_000, retryMs: 100, patienceMs: 5_000, openMax: 2 },
      };
      return new Directory(options, ctx);
    });
    t.after(() => this.close());
  }

  /** All have heard what was in force when they came up. */
  settled(): this {
    for (const target of TARGETS) this.applied(target);
    return this;
  }

  /** The answer, when there is one already. */
  set(changes: Partial<SetTradingState> = {}): () => SetTradingStateReply | null {
    const replyTo = this.replyTo<SetTradingStateReply>();
    this.receive({
      kind: 'SetTradingState',
      symbol: null,
      state: 'halted',
      reason: 'drill',
      by: 'usr_00op',
      ...changes,
      replyTo,
    });
    return () => this.#reply(replyTo.correlationId);
  }

  applied(target: (typeof TARGETS)[number], answer: typeof NOTHING | object = NOTHING): void {
    this.answer('ApplyTradingStates', { ...NOTHING, ...answer }, target);
  }

  get(): ReplyOf<GetTradingStates> | null {
    const replyTo = this.replyTo<ReplyOf<GetTradingStates>>();
    this.receive({ kind: 'GetTradingStates', replyTo });
    return this.#reply(replyTo.correlationId);
  }

  /** What is asked and not answered: who, and the states. */
  open(): [to: string, states: TradingStates][] {
    return this.ctx.asks
      .filter(({ message }) => message.kind === 'ApplyTradingStates')
      .map(({ to, message }) => [to, (message as Message & { states: TradingStates }).states]);
  }

  #reply<Reply>(correlationId: number): Reply | null {
    const sent = this.ctx.sent.find(
      (one) => one.via === 'reply' && one.correlationId === correlationId,
    );
    return sent?.via === 'reply' ? (sent.reply as Reply) : null;
  }
}

const HALTED: TradingStates = {
  version: 1,
  broker: { state: 'halted', reason: 'drill' },
  symbols: [],
};

test('whoever comes up is told what is in force, so that it can open', (t) => {
  const rig = new DecisionRig(t);
  const active = { version: 0, broker: { state: 'active', reason: null }, symbols: [] };
  assert.deepEqual(
    rig.open(),
    TARGETS.map((target) => [target, active]),
  );
});

test('a decision is acknowledged when the last has applied it, with all that they said', (t) => {
  const rig = new DecisionRig(t).settled();
  const answer = rig.set();
  assert.deepEqual(
    rig.open(),
    TARGETS.map((target) => [target, HALTED]),
  );
  rig.ctx.clockMs += 3;
  rig.applied(CONNECTION, { notSent: 2, onTheWire: ['ord_a', 'ord_b'] });
  rig.applied('order-shard/01', { onTheWire: ['ord_b', 'ord_c'] });
  assert.equal(answer(), null, 'one is missing');
  rig.applied('order-shard/00');
  assert.deepEqual(answer(), {
    outcome: 'in_force',
    version: 1,
    appliedInMs: 3,
    notSent: 2,
    onTheWire: ['ord_a', 'ord_b', 'ord_c'],
  });
  assert.equal(rig.ctx.timers.size, 0);
});

test('I15 who has applied an older decision has not applied the one after it', (t) => {
  const rig = new DecisionRig(t).settled();
  const ofSymbol = rig.set({ symbol: 'IBM' });
  const ofBroker = rig.set();
  for (const target of TARGETS) rig.applied(target);
  assert.deepEqual([ofSymbol()?.outcome, ofBroker()], ['in_force', null]);
  for (const target of TARGETS) rig.applied(target);
  assert.equal(ofBroker()?.outcome, 'in_force');
});

test('one who does not answer is named in time, and asked until it has applied it', (t) => {
  const rig = new DecisionRig(t).settled();
  const answer = rig.set();
  rig.applied(CONNECTION);
  rig.applied('order-shard/00');
  rig.advance(5_000);
  assert.deepEqual(answer(), {
    outcome: 'not_applied',
    version: 1,
    missing: ['order-shard/01'],
  });
  rig.advance(20_000);
  assert.deepEqual(rig.open(), [['order-shard/01', HALTED]]);
  rig.applied('order-shard/01');
  rig.advance(20_000);
  assert.deepEqual(rig.open(), []);
});

test('what a dead connection had written only the shards can name: they are asked again', (t) => {
  const rig = new DecisionRig(t).settled();
  const answer = rig.set();
  rig.applied('order-shard/00');
  rig.applied('order-shard/01');
  const stopped = { outcome: 'unknown', reason: 'stopped' } as const;
  rig.answer('ApplyTradingStates', stopped, CONNECTION);
  rig.life(CONNECTION, 'down');
  rig.life(CONNECTION, 'up');
  rig.applied(CONNECTION);
  rig.applied('order-shard/00', { onTheWire: ['ord_a'] });
  assert.equal(answer(), null);
  rig.applied('order-shard/01');
  const reply = answer();
  assert(reply?.outcome === 'in_force');
  assert.deepEqual(reply.onTheWire, ['ord_a']);
});

test('a restarted directory knows what is in force and tells everybody', (t) => {
  const rig = new DecisionRig(t).settled();
  rig.set();
  rig.set({ symbol: 'IBM', state: 'reducing', reason: null });
  rig.restart();
  const symbols = [{ symbol: 'IBM', state: 'reducing', reason: null }];
  assert.deepEqual(
    rig.open(),
    TARGETS.map((target) => [target, { ...HALTED, version: 2, symbols }]),
  );
});

test('the states in force are shown with who decided and when; released ones are not', (t) => {
  const rig = new DecisionRig(t).settled();
  assert.deepEqual(rig.get(), {
    outcome: 'trading_states',
    version: 0,
    broker: { state: 'active', reason: null, by: null, atMs: null },
    symbols: [],
  });
  rig.set({ symbol: 'IBM' });
  const atMs = rig.ctx.nowMs();
  const decided = { state: 'halted', reason: 'drill', by: 'usr_00op', atMs };
  assert.deepEqual(rig.get()?.symbols, [{ symbol: 'IBM', ...decided }]);
  rig.set({ symbol: 'IBM', state: 'active', reason: null });
  const shown = rig.get();
  assert.deepEqual([shown?.version, shown?.symbols], [2, []]);
});

test('a symbol that nobody lists cannot be halted, and decisions that wait are bounded', (t) => {
  const rig = new DecisionRig(t).settled();
  assert.deepEqual(rig.set({ symbol: 'NOPE' })(), { outcome: 'unknown_symbol' });
  rig.set();
  rig.set();
  assert.deepEqual(rig.set()(), { outcome: 'busy' });
  assert.equal(rig.get()?.version, 2, 'what was refused was not decided');
});
