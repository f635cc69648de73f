// Whether orders may be placed: for the whole broker, for a symbol, for a user. Cancels always may.
import type { TradingState } from './account.ts';

export interface StateInForce {
  readonly state: TradingState;
  /** As the operator gave it; null when there was none to give. */
  readonly reason: string | null;
}

export interface SymbolState extends StateInForce {
  readonly symbol: string;
}

/** What the directory has decided; `version` rises with each decision. */
export interface TradingStates {
  readonly version: number;
  readonly broker: StateInForce;
  /** Those that are not active. */
  readonly symbols: readonly SymbolState[];
}

export const ACTIVE: StateInForce = { state: 'active', reason: null };
