// Every route of the public interface, once.
import type { Route } from '../route.ts';
import { cancelOrder } from './cancel-order.ts';
import { cancelOrders } from './cancel-orders.ts';
import { changeStream } from './change-stream.ts';
import { createDeposit } from './create-deposit.ts';
import { createOrder } from './create-order.ts';
import { createSession } from './create-session.ts';
import { createUser } from './create-user.ts';
import { createWithdrawal } from './create-withdrawal.ts';
import { getAccount } from './get-account.ts';
import { getInvariants } from './get-invariants.ts';
import { getMarket } from './get-market.ts';
import { getMetrics } from './get-metrics.ts';
import { getOrder } from './get-order.ts';
import { getReconciliation } from './get-reconciliation.ts';
import { getSymbol } from './get-symbol.ts';
import { getTimeline } from './get-timeline.ts';
import { getTradingState } from './get-trading-state.ts';
import { assignHouseTrade, listHouseTrades, refuseHouseTrade } from './house-trades.ts';
import { listActors } from './list-actors.ts';
import { listCandles } from './list-candles.ts';
import { listIncidents } from './list-incidents.ts';
import { listLedger } from './list-ledger.ts';
import { listOrders } from './list-orders.ts';
import { listPortfolioHistory } from './list-portfolio-history.ts';
import { listPositions } from './list-positions.ts';
import { listSymbols } from './list-symbols.ts';
import { listTrades } from './list-trades.ts';
import { listUsers } from './list-users.ts';
import { livez } from './livez.ts';
import { openStream } from './open-stream.ts';
import { readyz } from './readyz.ts';
import { runReconciliation } from './run-reconciliation.ts';
import { setTradingState } from './set-trading-state.ts';
import { getUserLimits, setUserLimits } from './user-limits.ts';

export const ROUTES: readonly Route[] = [
  createSession,
  getMarket,
  getSymbol,
  listSymbols,
  listCandles,
  createOrder,
  getOrder,
  cancelOrder,
  cancelOrders,
  getTimeline,
  listTrades,
  listOrders,
  getAccount,
  listPositions,
  listLedger,
  listPortfolioHistory,
  createDeposit,
  createWithdrawal,
  openStream,
  changeStream,
  livez,
  readyz,
  getMetrics,
  listActors,
  getInvariants,
  listIncidents,
  getTradingState,
  setTradingState,
  listUsers,
  createUser,
  getUserLimits,
  setUserLimits,
  getReconciliation,
  runReconciliation,
  listHouseTrades,
  assignHouseTrade,
  refuseHouseTrade,
] as readonly Route[];
