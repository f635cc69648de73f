// What an operator does: users, money, and the kill switch.
import assert from 'node:assert/strict';
import { limitOrder } from '../../../test/scenario/product.ts';
import type { Desk } from '../desk.ts';
import type { Scenario } from './scenario.ts';

export const MONEY: Scenario = {
  name: 'money',
  about: 'a new user, a deposit of cash, one of shares, a trade and a withdrawal',
  from: 'ready',
  async run(desk) {
    const userId = await createUser(desk);
    const path = `/admin/users/${userId}`;
    await desk.moved(`${path}/deposits`, 'cash', { asset: 'USD', amount: 500_000 });
    const shares = { asset: 'ABC', amount: 20, costInCents: 190_000 };
    await desk.moved(`${path}/deposits`, 'shares', shares);
    await desk.at(
      'dana',
      await desk.placed('dana', 'sold', limitOrder('sell', 5, 9_999)),
      'filled',
    );
    await desk.moved(`${path}/withdrawals`, 'out', { asset: 'USD', amount: 100_000 });
    const { body } = await desk.stage.request('dana', 'GET', '/account');
    assert.equal(body.cashInCents, 500_000 + 49_995 - 5 - 100_000);
  },
};

export const KILL_SWITCH: Scenario = {
  name: 'kill-switch',
  about: 'pressed with an order open: new ones are refused, the cancel passes; released',
  from: 'ready',
  async run(desk) {
    const open = await desk.placed('alice', 'open', limitOrder('buy', 3, 9_500));
    await desk.tradingState('halted');
    const { stage } = desk;
    const refused = await stage.request('bob', 'POST', '/order', limitOrder('buy', 1, 9_500));
    assert.equal(refused.body.code, 'trading_halted');
    await desk.cancelled('alice', open);
    await desk.tradingState('active');
    await desk.at('bob', await desk.placed('bob', 'after', limitOrder('buy', 1, 10_001)), 'filled');
  },
};

/** An answer that was lost says `email_taken` when it is asked for again. */
async function createUser({ stage }: Desk): Promise<string> {
  const account = { email: 'dana@example.com', password: 'correct horse' };
  const user = { ...account, name: 'Dana', role: 'customer' };
  const { status, body } = await stage.request('admin', 'POST', '/admin/users', user);
  assert(status === 201 || body.code === 'email_taken', JSON.stringify(body));
  const session = await stage.request('nobody', 'POST', '/session', account);
  assert.equal(session.status, 200, JSON.stringify(session.body));
  stage.knows('dana', session.body.token);
  const users = await stage.request('admin', 'GET', '/admin/users?limit=200');
  const found = users.body.users.find((one: { email: string }) => one.email === account.email);
  return found.userId;
}
