// The life of an order when nothing goes wrong but the broker.
import { limitOrder } from '../../../test/scenario/product.ts';
import type { Scenario } from './scenario.ts';

export const LIMIT_ORDER: Scenario = {
  name: 'limit-order',
  about: 'accepted, part-filled by one customer, filled by another order of his',
  from: 'ready',
  async run(desk) {
    const id = await desk.placed('alice', 'rests', limitOrder('buy', 10, 10_000));
    await desk.placed('bob', 'part', limitOrder('sell', 4, 10_000));
    await desk.order('alice', id, ({ cumQty }) => cumQty === 4);
    await desk.placed('bob', 'rest', limitOrder('sell', 6, 10_000));
    await desk.at('alice', id, 'filled');
  },
};

export const CANCEL: Scenario = {
  name: 'cancel',
  about: 'placed and cancelled; a second one part-filled and cancelled',
  from: 'ready',
  async run(desk) {
    await desk.cancelled('alice', await desk.placed('alice', 'one', limitOrder('buy', 5, 9_500)));
    const id = await desk.placed('alice', 'two', limitOrder('buy', 10, 10_000));
    await desk.placed('bob', 'part', limitOrder('sell', 4, 10_000));
    await desk.order('alice', id, ({ cumQty }) => cumQty === 4);
    await desk.cancelled('alice', id);
  },
};

export const MARKET_ORDER: Scenario = {
  name: 'market-order',
  about: 'more than there is: filled in part, the rest ends without liquidity',
  from: 'ready',
  async run(desk) {
    const market = { position: 'buy', symbol: 'XYZ', type: 'market' };
    const id = await desk.placed('alice', 'market', { ...market, numShares: 350 });
    await desk.at('alice', id, 'cancelled');
  },
};
