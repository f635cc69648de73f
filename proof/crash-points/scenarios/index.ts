// All scenarios, in the order in which they are killed.
import {
  AMENDMENTS,
  BOOK_LOST,
  EARLY_TRADE,
  LOST_ANSWER,
  LOST_ORDER,
  SESSION_END,
  STRAY_TRADE,
} from './exchange.ts';
import { CLEAN_STOP, FIRST_START, SECOND_START } from './lives.ts';
import { KILL_SWITCH, MONEY } from './operators.ts';
import { CANCEL, LIMIT_ORDER, MARKET_ORDER } from './orders.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...[FIRST_START, SECOND_START, CLEAN_STOP],
  ...[LIMIT_ORDER, CANCEL, MARKET_ORDER],
  ...[LOST_ANSWER, LOST_ORDER, EARLY_TRADE],
  ...[AMENDMENTS, STRAY_TRADE, BOOK_LOST, SESSION_END],
  ...[MONEY, KILL_SWITCH],
];
