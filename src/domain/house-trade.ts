// A trade that no order of a customer claims (E22), and what has become of it.
import type { Side } from './order.ts';

export interface HouseTrade {
  readonly epoch: string;
  readonly execId: string;
  readonly externalOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  /** As it stands after busts and corrections; of one that was given away, as it was given. */
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly feeInCents: number;
  readonly exchangeAtMs: number;
  /**
   * `open`: an operator must decide. `assigning`: the user's shard has not confirmed it yet.
   * `busted`: the exchange has taken it back, undecided.
   */
  readonly state: 'open' | 'assigning' | 'assigned' | 'refused' | 'busted';
  readonly userId: string | null;
  readonly reason: string | null;
}
