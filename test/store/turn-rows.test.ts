// What a turn gathers before it is written: seen at once by whoever asks in the same turn, written
// once, and all there afterwards.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  isAnswered,
  type Order,
  type OrderFacts,
  unresolvedReasonOf,
} from '../../src/domain/order.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { tempDirectory } from '../temp-directory.ts';
import { anOrder } from './an-order.ts';

const BOUNDS = {
  changesPerCheckpoint: 1_000,
  recentOpenOrders: 1,
  recentEndedOrders: 1,
  accountsKeptMax: 1,
  holdingsKeptMax: 1,
};

function aShard(t: TestContext) {
  const path = join(tempDirectory(t), 'shard-00.db');
  const open = () => new ShardStore(path, BOUNDS);
  let store = open();
  t.after(() => store.close());
  return {
    turn<T>(work: (store: ShardStore) => T): T {
      store.turn.begin();
      const result = work(store);
      store.turn.commit();
      return result;
    },
    reopen() {
      store.close();
      store = open();
    },
  };
}

test('a key that comes twice in one turn finds the order of the first time', (t) => {
  const shard = aShard(t);
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    assert.equal(store.orders.findByIdempotencyKey(accountNo, 'k1'), null);
    const stored = store.orders.insert(accountNo, anOrder('k1'));
    assert.deepEqual(store.orders.findByIdempotencyKey(accountNo, 'k1'), stored);
  });
  shard.reopen();
  assert.equal(
    shard.turn((store) => store.orders.findByIdempotencyKey(1, 'k1')?.order.idempotencyKey),
    'k1',
  );
});

test('a key of an earlier turn finds its order as this turn has left it', (t) => {
  const shard = aShard(t);
  const { id } = anOrder('k1');
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    store.orders.insert(accountNo, anOrder('k1'));
  });
  shard.turn((store) => {
    const change = (version: number) => {
      const stored = store.orders.get(id);
      assert(stored !== null);
      store.orders.replace(stored, { ...stored.order, version });
      assert.equal(store.orders.findByIdempotencyKey(1, 'k1')?.order.version, version);
    };
    change(2);
    store.orders.listOpenInQuestion(); // which writes what has been gathered
    change(3);
    change(4);
  });
});

test('what a turn takes back after its rows were written is taken back in the file', (t) => {
  const shard = aShard(t);
  shard.turn((store) => {
    store.accounts.open('usr_00ada', 1);
    store.orders.insert(1, anOrder('old'));
  });
  const ended = shard.turn((store) => {
    store.orders.insert(1, anOrder('new'));
    const change = (key: string, facts: Partial<OrderFacts>): Order => {
      const order = anOrder(key, facts);
      const stored = store.orders.get(order.id);
      assert(stored !== null);
      const version = stored.order.version + 1;
      return store.orders.replace(stored, { ...order, version }).order;
    };
    for (const key of ['old', 'new']) change(key, { cancelRefusal: 'too_late', cumQty: 4 });
    store.orders.listShort(); // which writes what has been gathered
    return ['old', 'new'].map((key) => change(key, { externalOrderId: `x-${key}`, cumQty: 5 }));
  });
  shard.reopen();
  const read = shard.turn((store) => ended.map(({ id }) => store.orders.get(id)?.order));
  assert.deepEqual(read, ended);
});

test('a change of an order as it no longer stands is a bug, also within a turn', (t) => {
  const shard = aShard(t);
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    const stored = store.orders.insert(accountNo, anOrder('k1'));
    store.orders.replace(stored, { ...stored.order, version: 2 });
    assert.throws(
      () => store.orders.replace(stored, { ...stored.order, version: 2 }),
      /changed under its owner/,
    );
  });
});

test('an order that changes in the turn that made it, and again, is written as it ended', (t) => {
  const shard = aShard(t);
  const ids = ['k1', 'k2', 'k3'].map((key) => anOrder(key).id);
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    const made = ['k1', 'k2', 'k3'].map((key) => store.orders.insert(accountNo, anOrder(key)));
    for (const stored of made) {
      const once = store.orders.replace(stored, { ...stored.order, version: 2, updatedAtMs: 5 });
      store.orders.replace(once, { ...once.order, version: 3, updatedAtMs: 6 });
    }
    assert.deepEqual(
      ids.map((id) => store.orders.get(id)?.order.updatedAtMs),
      [6, 6, 6],
    );
  });
  shard.reopen();
  assert.deepEqual(
    shard.turn((store) => ids.map((id) => store.orders.get(id)?.order.version)),
    [3, 3, 3],
  );
});

test('what was open at the start is known whoever asks first, and beside what has come since', (t) => {
  const all = { symbol: null, side: null };
  const [kept, closed, added] = ['k1', 'k2', 'k3'].map((key) => anOrder(key)) as [
    Order,
    Order,
    Order,
  ];
  const firsts: [what: string, run: (store: ShardStore) => void, open: readonly Order[]][] = [
    ['a list', (store) => void store.orders.openIdsOf(1, all), [kept, closed]],
    ['a crossing', (store) => void store.orders.findCrossing(1, 'IBM', 'sell', 1), [kept, closed]],
    ['a new order', (store) => void store.orders.insert(1, added), [kept, closed, added]],
    [
      'an order that ends',
      (store) => {
        const stored = store.orders.get(closed.id);
        assert(stored !== null);
        store.orders.replace(stored, { ...closed, version: 2, isOpen: false });
      },
      [kept],
    ],
  ];
  for (const [what, run, open] of firsts) {
    const shard = aShard(t);
    shard.turn((store) => {
      const { accountNo } = store.accounts.open('usr_00ada', 1);
      for (const order of [kept, closed]) store.orders.insert(accountNo, order);
    });
    shard.reopen();
    const found = shard.turn((store) => {
      run(store);
      return store.orders.openIdsOf(1, all);
    });
    assert.deepEqual(
      found,
      open.map(({ id }) => id),
      what,
    );
  }
});

test('an order that ends, opens again and is forgotten is read as it stands, each time', (t) => {
  const shard = aShard(t);
  const [order, ...others] = ['k1', 'k2', 'k3', 'k4'].map((key) => anOrder(key));
  assert(order !== undefined);
  const change = (isOpen: boolean) => (store: ShardStore) => {
    const stored = store.orders.get(order.id);
    assert(stored !== null);
    const { version } = stored.order;
    store.orders.replace(stored, { ...stored.order, isOpen, version: version + 1 });
  };
  const placeOthers = (store: ShardStore) => {
    for (const other of others) store.orders.insert(1, other);
  };
  const steps = { ends: change(false), opens: change(true), 'is forgotten': placeOthers };
  const seen: string[] = [];
  shard.turn((store) => {
    store.accounts.open('usr_00ada', 1);
    store.orders.insert(1, order);
  });
  for (const [step, work] of Object.entries(steps)) {
    shard.turn(work);
    const { version, isOpen } = shard.turn((store) => store.orders.get(order.id))?.order ?? {};
    seen.push(`${step}: ${version} ${isOpen ? 'open' : 'ended'}`);
  }
  assert.deepEqual(seen, ['ends: 2 ended', 'opens: 3 open', 'is forgotten: 3 open']);
});

test('a trade that comes twice in one turn is found the second time', (t) => {
  const shard = aShard(t);
  const terms = { lastQty: 4, lastPriceInCents: 100, exchangeAtMs: 1 };
  const fill = { epoch: 'e1', execId: 'x1', ...terms };
  const numbers = shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    const { orderNo } = store.orders.insert(accountNo, anOrder('k1'));
    const first = store.fills.insert(orderNo, fill, 1).fillNo;
    assert.equal(store.fills.find('e1', 'x1')?.orderNo, orderNo);
    assert.equal(store.fills.find('e2', 'x1'), null);
    return [first, store.fills.insert(orderNo, { ...fill, execId: 'x2' }, 1).fillNo];
  });
  shard.reopen();
  const next = shard.turn((store) => store.fills.insert(1, { ...fill, execId: 'x3' }, 1));
  assert.deepEqual([...numbers, next.fillNo], [1, 2, 3]);
});

test('a turn writes one balance row for each account of an asset, whatever it posted', (t) => {
  const shard = aShard(t);
  const reserve = (amount: number) =>
    [
      { account: 'available', asset: 'USD', amount: -amount },
      { account: 'reserved', asset: 'USD', amount },
    ] as const;
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    const detail = { available: 0, reserved: 0, tradingState: 'active' } as const;
    const event = () => store.events.appendAccount(accountNo, 'account_changed', 1, detail).eventNo;
    const deposit = [
      { account: 'available', asset: 'USD', amount: 1_000 },
      { account: 'bank', asset: 'USD', amount: -1_000 },
    ] as const;
    assert.deepEqual(store.ledger.post(event(), accountNo, deposit), []);
    assert.deepEqual(store.ledger.post(event(), accountNo, reserve(300)), []);
    assert.deepEqual(store.ledger.post(event(), accountNo, reserve(900)), ['USD'], 'overdrawn');
    assert.deepEqual(store.ledger.post(event(), accountNo, reserve(-800)), []);
    assert.equal(store.ledger.balanceOf(accountNo, 'available', 'USD'), 600);
  });
  shard.reopen();
  shard.turn((store) => {
    const balances = (['available', 'reserved'] as const).map((account) =>
      store.ledger.balanceOf(1, account, 'USD'),
    );
    assert.deepEqual([...balances, store.ledger.balanceOf(0, 'bank', 'USD')], [600, 400, -1_000]);
    assert.deepEqual(
      store.accounts.linkEvent(1, 5),
      { seq: 5, priorEventNo: 4, leapEventNo: null },
      'the chain goes on behind the last event',
    );
  });
});

/** What may be known of an order, each alone and with each other. */
const KNOWN: readonly Partial<OrderFacts>[] = [
  { externalOrderId: 'x1', venueEpoch: 'e1' },
  { cancelsRequested: 1 },
  { cancelsRequested: 1, cancelsRefused: 1, cancelRefusal: 'too_late' },
  { cumQty: 4, cumNotionalInCents: 400, venueSeq: 7, venueCumQty: 4 },
  { cancelled: 'by_user', finalSeq: 9, finalCumQty: 6 },
  { expired: 'session_end', finalCumQty: 6 },
  { venueRejected: 'unknown_symbol', finalCumQty: 0 },
  { ourVerdict: 'not_found_at_exchange' },
  { closedAtVenue: 'unknown_order', finalCumQty: 6 },
];

test('of the open orders a start is told each of which something is in question', (t) => {
  const shard = aShard(t);
  const sets = Array.from({ length: 2 ** KNOWN.length }, (_, bits) =>
    KNOWN.filter((_, at) => (bits & (1 << at)) !== 0),
  );
  const orders = sets.map((set, at) => anOrder(`k${at}`, Object.assign({}, ...set)));
  shard.turn((store) => {
    const { accountNo } = store.accounts.open('usr_00ada', 1);
    for (const order of orders) store.orders.insert(accountNo, order);
  });
  shard.reopen();
  const listed = shard.turn((store) => store.orders.listOpenInQuestion()).map(idOf);
  const open = orders.filter(({ isOpen }) => isOpen);
  const isInQuestion = (order: Order): boolean =>
    unresolvedReasonOf(order) !== null || !isAnswered(order) || order.status === 'pending_cancel';
  const inQuestion = open.filter(isInQuestion).map(({ id }) => id);
  assert(inQuestion.length > 10, String(inQuestion.length));
  assert.deepEqual(
    inQuestion.filter((id) => !listed.includes(id)),
    [],
  );
  const working = anOrder('k1', { externalOrderId: 'x1', venueEpoch: 'e1' });
  assert(open.some(({ id }) => id === working.id) && !listed.includes(working.id));
});

function idOf({ order }: { readonly order: Order }): string {
  return order.id;
}
