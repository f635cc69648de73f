import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Directory } from '../../../src/actors/directory/directory.ts';
import type { DirectoryMessage } from '../../../src/actors/directory/messages.ts';
import type { DirectoryState, EnsureUser } from '../../../src/actors/directory/protocol.ts';
import type { DepositAssets } from '../../../src/actors/order-shard/protocol.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import type { ListedSymbol } from '../../../src/exchange/port.ts';
import { DirectoryStore } from '../../../src/store/directory-store.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { ActorRig } from '../test-context.ts';

const IBM: ListedSymbol = {
  symbol: 'IBM',
  company: 'International Business Machines',
  instrumentType: 'equity',
  tickInCents: 1,
  lastPriceInCents: 18_200,
  lastTradedAtMs: 0,
  session: NO_SESSION_PRICES,
  halted: false,
};

class DirectoryRig extends ActorRig<DirectoryMessage> {
  constructor(t: Pick<TestContext, 'after'>) {
    const path = join(tempDirectory(t), 'directory.db');
    super('directory/0', (ctx) => {
      const price = { priceInCents: 18_200, lastTradedAtMs: 0, seq: 1 };
      ctx.prices.set('IBM', { tickInCents: 1, halted: false, price, session: NO_SESSION_PRICES });
      const options = {
        store: new DirectoryStore(path, 1_000),
        shards: Array.from({ length: 256 }, (_, bucket) => bucket % 4),
        freshSigningKey: 'fresh-key',
        demoCashInCents: 1_000_000_000,
        demoShares: 10_000,
        depositsPerAskMax: 500,
        askMs: 5_000,
        retryMs: 500,
        decisions: { askMs: 5_000, retryMs: 100, patienceMs: 5_000, openMax: 2 },
      };
      return new Directory(options, ctx);
    });
    t.after(() => this.close());
  }

  ensure(changes: Partial<EnsureUser> = {}): string {
    this.receive({
      kind: 'EnsureUser',
      email: 'alice@demo.outcry',
      name: 'Alice',
      role: 'customer',
      passwordHash: 'hash',
      isDemo: true,
      replyTo: this.replyTo(),
      ...changes,
    });
    return (this.lastReply() as { userId: string }).userId;
  }

  list(...symbols: ListedSymbol[]): void {
    this.receive({ kind: 'SymbolsListed', symbols, replyTo: this.replyTo() });
  }

  grants(): string[] {
    const asks = this.openAsks('DepositAssets') as unknown as Omit<DepositAssets, 'replyTo'>[];
    return asks.flatMap(({ deposits }) =>
      deposits.map(({ asset, amount }) => `${amount} ${asset}`),
    );
  }

  grantsOpen(): number {
    this.receive({ kind: 'GetDirectoryState', replyTo: this.replyTo() });
    return (this.lastReply() as DirectoryState).grantsOpen;
  }

  lastReply(): unknown {
    const replies = this.ctx.sent.flatMap((sent) => (sent.via === 'reply' ? [sent.reply] : []));
    return replies.at(-1);
  }
}

for (const [name, order] of [
  ['known before the symbol is listed', ['ensure', 'list']],
  ['made after the symbol was listed', ['list', 'ensure']],
] as const) {
  test(`a demo user ${name} is given cash and its shares, once`, (t) => {
    const rig = new DirectoryRig(t);
    for (const step of order) {
      if (step === 'ensure') rig.ensure();
      else rig.list(IBM);
    }
    assert.deepEqual(rig.grants().toSorted(), ['10000 IBM', '1000000000 USD']);
    assert.equal(rig.grantsOpen(), 2);
    rig.answer('DepositAssets', { outcome: 'deposited' });
    rig.answer('DepositAssets', { outcome: 'deposited' });
    assert.equal(rig.grantsOpen(), 0);
    rig.ensure();
    rig.list(IBM);
    rig.restart();
    rig.list(IBM);
    assert.deepEqual(rig.grants(), [], 'nothing is given twice');
  });
}

test('a grant that the shard did not confirm is asked again', (t) => {
  const rig = new DirectoryRig(t);
  rig.ensure();
  rig.answer('DepositAssets', { outcome: 'unknown', reason: 'stopped' });
  assert.deepEqual(rig.grants(), []);
  assert.equal(rig.grantsOpen(), 1);
  rig.advance(500);
  assert.deepEqual(rig.grants(), ['1000000000 USD']);
});

test('a user keeps its id when it is ensured again, and is given nothing when it is no demo user', (t) => {
  const rig = new DirectoryRig(t);
  const email = 'carol@example.org';
  const first = rig.ensure({ email, isDemo: false });
  assert.equal(rig.ensure({ email, isDemo: false, passwordHash: 'other' }), first);
  rig.list(IBM);
  assert.deepEqual(rig.grants(), []);
});

test('the signing key is made once per data directory', (t) => {
  const rig = new DirectoryRig(t);
  const ask = () => {
    rig.receive({ kind: 'GetSigningKey', replyTo: rig.replyTo() });
    return rig.lastReply();
  };
  assert.deepEqual(ask(), { outcome: 'signing_key', keyBase64url: 'fresh-key' });
});

test('a watcher of the catalogue hears of it at once, and of every change', (t) => {
  const rig = new DirectoryRig(t);
  rig.receive({ kind: 'WatchCatalogue', watcher: 'gateway/0' });
  rig.list(IBM);
  const { symbol, company, tickInCents } = IBM;
  const told = rig.sent().flatMap((sent) => (sent.via === 'tell' ? [sent.message] : []));
  assert.deepEqual(told, [
    { kind: 'CatalogueChanged', symbols: [] },
    { kind: 'CatalogueChanged', symbols: [{ symbol, company, tickInCents }] },
  ]);
});

test('a grant that no shard has confirmed is asked for again by the directory that comes after', (t) => {
  const rig = new DirectoryRig(t);
  rig.list(IBM);
  rig.ensure();
  const asked = rig.grants();
  assert.equal(asked.length, 2);
  rig.restart();
  assert.deepEqual(rig.grants(), asked);
});
