// Deposits and withdrawals: booked once per id, and only what every balance can hold exactly.
import assert from 'node:assert/strict';
import { type Deposit, depositFieldsThatDiffer } from '../../domain/deposit.ts';
import { USD } from '../../domain/ledger.ts';
import { type Rejection, rejection } from '../../domain/reject-codes.ts';
import { LIMITS } from '../../limits.ts';
import type { AccountRow } from '../../store/account-store.ts';
import { HOUSE } from '../../store/ledger-store.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import type { DepositAssets, WithdrawAssets } from './protocol.ts';

export class Funding {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Each for itself: one that is refused does not hold up the others. */
  deposit({ userId, deposits, replyTo }: DepositAssets, ctx: ShardContext): void {
    const account = this.#desk.booking.accountOf(userId, ctx.nowMs());
    let booked = 0;
    const refused: Rejection[] = [];
    for (const deposit of deposits) {
      const known = this.#desk.store.deposits.find(account.accountNo, deposit.depositId);
      const refusal =
        known === null ? this.#tooLarge(account, deposit) : mismatchOf(known, deposit);
      if (refusal !== null) refused.push(refusal);
      else if (known === null) booked += Number(this.#desk.deposit(account, deposit, ctx));
    }
    const after = this.#desk.booking.balancesOf(account);
    ctx.reply(replyTo, { outcome: 'deposited', booked, refused, account: after });
  }

  /** Of cash that is available; what open orders reserve stays. */
  withdraw(command: WithdrawAssets, ctx: ShardContext): void {
    const { userId, depositId, amountInCents, replyTo } = command;
    const account = this.#desk.store.accounts.find(userId);
    const withdrawal = { depositId, asset: USD, amount: -amountInCents, costInCents: 0 };
    const known = account && this.#desk.store.deposits.find(account.accountNo, depositId);
    const refusal =
      known === null ? this.#refusalOf(account, amountInCents) : mismatchOf(known, withdrawal);
    if (refusal !== null) {
      ctx.count(`refused_${refusal.code}`);
      return ctx.reply(replyTo, refusal);
    }
    assert(account !== null, 'who has no account has no cash to withdraw');
    if (known === null) this.#desk.deposit(account, withdrawal, ctx);
    const after = this.#desk.booking.balancesOf(account);
    ctx.reply(replyTo, { outcome: 'withdrawn', replayed: known !== null, account: after });
  }

  /**
   * With trades missing the cash may be spent already: nothing leaves until the feed is whole
   * (E18).
   */
  #refusalOf(account: AccountRow | null, amountInCents: number): Rejection | null {
    const { linked, tradeFeedLive } = this.#desk.link;
    if (!linked || !tradeFeedLive) return rejection('exchange_unavailable', {}, 'same_key');
    if (account === null) return shortOf(amountInCents, 0);
    const { accountNo, tradingState } = account;
    if (tradingState !== 'active') return rejection('account_restricted', { tradingState });
    const available = this.#desk.store.ledger.balanceOf(accountNo, 'available', USD);
    return available < amountInCents ? shortOf(amountInCents, available) : null;
  }

  /** Half of what is exact is left for what trades may still bring. */
  #tooLarge({ accountNo }: AccountRow, { asset, amount }: Deposit): Rejection | null {
    const { ledger } = this.#desk.store;
    const held =
      ledger.balanceOf(accountNo, 'available', asset) +
      ledger.balanceOf(accountNo, 'reserved', asset);
    const broughtIn = -ledger.balanceOf(HOUSE, 'bank', asset); // by all users of this shard
    const balanceMax = LIMITS.balanceMax;
    if (Math.max(held, broughtIn) + amount <= balanceMax) return null;
    return rejection('balance_too_large', { asset, balance: held, amount, balanceMax });
  }
}

function shortOf(neededInCents: number, availableInCents: number): Rejection {
  return rejection('insufficient_buying_power', { neededInCents, availableInCents });
}

function mismatchOf(known: Deposit, deposit: Deposit): Rejection | null {
  const fields = depositFieldsThatDiffer(known, deposit);
  if (fields.length === 0) return null;
  return rejection('idempotency_mismatch', { fields }, 'new_key');
}
