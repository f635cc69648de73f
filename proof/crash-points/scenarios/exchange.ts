// The exchange does something unusual, and the broker dies of something else at the same time.

import type { Answer } from '../../../test/scenario/api.ts';
import { limitOrder } from '../../../test/scenario/product.ts';
import type { Desk } from '../desk.ts';
import type { Scenario } from './scenario.ts';

const GTC = { timeInForce: 'gtc' };

export const LOST_ANSWER: Scenario = {
  name: 'lost-answer',
  about: 'the exchange takes an order and its answer is lost: it is asked about, and filled',
  from: 'ready',
  async run(desk) {
    await strike(desk, { fault: 'drop-reply', at: 1, reset: true });
    await desk.at(
      'alice',
      await desk.placed('alice', 'lost', limitOrder('buy', 3, 10_001)),
      'filled',
    );
  },
};

export const LOST_ORDER: Scenario = {
  name: 'lost-order',
  about: 'an order never arrives: proven absent, failed, and sent again under a new key',
  from: 'ready',
  async run(desk) {
    await strike(desk, { fault: 'drop-request', at: 1, reset: true });
    await desk.at(
      'alice',
      await desk.placed('alice', 'gone', limitOrder('buy', 3, 10_001)),
      'filled',
    );
  },
};

export const EARLY_TRADE: Scenario = {
  name: 'early-trade',
  about: 'a trade comes before the acknowledgement: parked, then booked with it',
  from: 'ready',
  async run(desk) {
    await strike(desk, { fault: 'trade-before-ack', at: 1, delayMs: 200 });
    await desk.at(
      'alice',
      await desk.placed('alice', 'early', limitOrder('buy', 2, 10_001)),
      'filled',
    );
  },
};

export const AMENDMENTS: Scenario = {
  name: 'amendments',
  about: 'one trade is busted, another corrected',
  from: 'ready',
  async run(desk) {
    const { exchange } = desk.stage;
    const busted = await traded(desk, 'busted');
    await exchange.control({ do: 'bust', execId: busted.execId });
    await desk.order('alice', busted.id, ({ cumQty }) => cumQty === 0);
    const terms = { lastQty: 8, lastPriceInCents: 9_950 };
    const corrected = await traded(desk, 'corrected');
    await exchange.control({ do: 'correct', execId: corrected.execId, ...terms });
    await desk.order('alice', corrected.id, ({ cumQty }) => cumQty === 8);
  },
};

export const STRAY_TRADE: Scenario = {
  name: 'stray-trade',
  about: "a stranger's trade becomes the house's, and is assigned to a user",
  from: 'ready',
  async run(desk) {
    await tradeAsStranger(desk.stage.exchange.url);
    const { epoch, execId } = await desk.get(
      'admin',
      '/admin/house-trades',
      ({ trades }) => trades[0] ?? null,
    );
    const { userId } = (await desk.stage.up()).demo.users[1] ?? {};
    const path = '/admin/house-trades/assign';
    await desk.until('the assignment', async () => {
      const body = { epoch, execId, userId };
      const { status } = await desk.stage.request('admin', 'POST', path, body);
      return status === 200 ? status : null;
    });
    const isAssigned = ({ trades }: Answer['body']) => trades[0]?.state === 'assigned' || null;
    await desk.get('admin', '/admin/house-trades', isAssigned);
  },
};

export const BOOK_LOST: Scenario = {
  name: 'book-lost',
  about: 'the exchange comes back without its book: what was open ends, a new order is taken',
  from: 'ready',
  async run(desk) {
    const id = await desk.placed('alice', 'open', limitOrder('buy', 10, 10_000, GTC));
    await desk.placed('bob', 'part', limitOrder('sell', 4, 10_000));
    await desk.order('alice', id, ({ cumQty }) => cumQty === 4);
    await desk.stage.exchange.control({ do: 'lose-book' });
    await desk.at('alice', id, 'cancelled');
    await desk.at(
      'alice',
      await desk.placed('alice', 'again', limitOrder('buy', 3, 10_001)),
      'filled',
    );
  },
};

export const SESSION_END: Scenario = {
  name: 'session-end',
  about: 'the day ends: the day order expires with what it has traded, the other stays',
  from: 'ready',
  async run(desk) {
    const day = await desk.placed('alice', 'day', limitOrder('buy', 10, 10_000));
    await desk.placed('bob', 'part', limitOrder('sell', 4, 10_000));
    await desk.order('alice', day, ({ cumQty }) => cumQty === 4);
    const gtc = await desk.placed('alice', 'gtc', limitOrder('buy', 3, 9_500, GTC));
    await desk.stage.exchange.control({ do: 'close-session' });
    await desk.at('alice', day, 'expired');
    await desk.stage.exchange.control({ do: 'open-session' });
    await desk.cancelled('alice', gtc);
  },
};

async function strike({ stage }: Desk, fault: Record<string, unknown>): Promise<void> {
  await stage.exchange.control({ do: 'faults', faults: [fault] });
}

/** An order of ten shares at the quote, and its one trade. */
async function traded(desk: Desk, key: string): Promise<{ id: string; execId: string }> {
  const id = await desk.placed('alice', key, limitOrder('buy', 10, 10_001));
  await desk.at('alice', id, 'filled');
  const path = `/order/${id}/trades`;
  const execId: string = await desk.get('alice', path, ({ trades }) => trades[0]?.execId ?? null);
  return { id, execId };
}

async function tradeAsStranger(url: string): Promise<void> {
  const order = {
    ...{ clientOrderId: 'stranger-1', symbol: 'ABC', side: 'buy', timeInForce: 'ioc' },
    ...{ priceInCents: 10_001, numShares: 5, notAfterMs: Date.now() + 60_000, sandboxFault: null },
  };
  const body = JSON.stringify({ orders: [order] });
  const response = await fetch(`${url}/v1/orders`, { method: 'POST', body });
  if (!response.ok) throw new Error(`the stranger's order was refused: ${await response.text()}`);
}
