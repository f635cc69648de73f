// A shard whose exchange closes sessions, and the values that its users' portfolios had then, as
// the history shows them.
import type { TestContext } from 'node:test';
import type { LinkState } from '../../../src/actors/exchange-connection/protocol.ts';
import type { Audited } from '../../../src/audit/audited.ts';
import { auditPortfolios } from '../../../src/audit/portfolios.ts';
import { Shard } from '../../../src/audit/shard.ts';
import { Tally } from '../../../src/audit/tally.ts';
import { USD } from '../../../src/domain/ledger.ts';
import type { PortfolioValue } from '../../../src/domain/portfolio.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import { ShardReader } from '../../../src/store/shard-reader.ts';
import { ALICE, LINKED, ShardRig } from './shard-rig.ts';

export const ALL = {
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER,
  beforeSessionNo: Number.MAX_SAFE_INTEGER,
  limit: 200,
};

/** Alice has 5,000 dollars and 100 shares of IBM, whose last print is 182.00 dollars. */
export function closing(t: Pick<TestContext, 'after'>): ShardRig {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 500_000);
  rig.deposit(ALICE, 'IBM', 100);
  return rig;
}

export function linkIn(sessionId: string, state: 'open' | 'closed'): LinkState {
  return { ...LINKED, session: { sessionId, state, tradingDate: '2026-01-05' } };
}

/** The close is heard at once; its frame stands at 10 in the price feed. */
export function close(rig: ShardRig, sessionId: string): void {
  const lastClose = { sessionId, closedAtMs: rig.actor.ctx.nowMs(), seq: 10 };
  rig.link({ ...linkIn(sessionId, 'closed'), lastClose });
}

export function print(
  rig: ShardRig,
  symbol: string,
  priceInCents: number,
  seq = 1,
  previousCloseInCents: number | null = null,
): void {
  const price = { priceInCents, lastTradedAtMs: rig.actor.ctx.nowMs(), seq };
  rig.actor.ctx.prices.set(symbol, {
    tickInCents: 1,
    halted: false,
    price,
    session: { ...NO_SESSION_PRICES, previousCloseInCents },
  });
}

/** Newest first. */
export function history(rig: ShardRig, userId = ALICE, query = ALL): readonly PortfolioValue[] {
  const reader = new ShardReader(rig.path);
  const { values } = reader.portfolioPage(userId, query);
  reader.close();
  return values;
}

/** The newest value. */
export function latest(rig: ShardRig, userId = ALICE): PortfolioValue | undefined {
  return history(rig, userId)[0];
}

/** What the auditor finds in the values, as sentences; the first of each invariant. */
export function findings(path: string): string[] {
  const shard = new Shard('00', path);
  const tally = new Tally();
  auditPortfolios({ books: { shards: [shard] } } as unknown as Audited, tally);
  shard.close();
  return tally.verdicts().flatMap(({ first }) => (first === null ? [] : [first.sentence]));
}
