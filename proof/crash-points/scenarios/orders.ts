// The life of an order when nothing goes wrong but the broker.
import { limitOrder } from '../../../test/scenario/product.ts';
import { Follower } from '../follower.ts';
import type { Scenario } from './scenario.ts';

export const LIMIT_ORDER: Scenario = {
  name: 'limit-order',
  about: 'accepted, part-filled, filled, and each step told on the event stream',
  from: 'ready',
  async run(desk) {
    const follower = await Follower.of(desk, 'alice');
    const id = await desk.placed('alice', 'rests', limitOrder('buy', 10, 10_000));
    await desk.placed('bob', 'part', limitOrder('sell', 4, 10_000));
    await desk.order('alice', id, ({ cumQty }) => cumQty === 4);
    await desk.placed('bob', 'rest', limitOrder('sell', 6, 10_000));
    await desk.at('alice', id, 'filled');
    await follower.end();
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
