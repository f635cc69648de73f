// Everything that an operator must look at, by kind: what has happened, and what to do about it. An
// incident of no kind listed here cannot be raised; docs/orders.md is written from this list.

interface Guide {
  readonly happened: string;
  readonly toDo: string;
}

export const INCIDENT_GUIDE = {
  trade_conflict: {
    happened: 'A trade came again under the same execId with other terms; the first ones hold.',
    toDo: 'Ask the exchange which terms are right; only its correction changes the books.',
  },
  trade_without_quantity: {
    happened: 'A trade without a sound quantity and price, or too large to count; not booked.',
    toDo: 'Ask the exchange for its terms; the user lacks what it moved until it is sent anew.',
  },
  overfill: {
    happened: 'The exchange traded more shares than were ordered; all of them are booked.',
    toDo: 'Ask the exchange to bust the surplus, or settle it with the user.',
  },
  fill_outside_limit: {
    happened: 'A trade was made at a price beyond the limit; it is booked as it was made.',
    toDo: 'Contest it with the exchange: a bust or a correction makes it good.',
  },
  trade_after_close: {
    happened: 'A trade came after the order was over; it is booked.',
    toDo: 'Nothing for one; many mean that the exchange answers cancels before it has stopped.',
  },
  trade_busted: {
    happened: 'The exchange took a trade back; shares, cash and fee are back too.',
    toDo: 'Look whether the account is short or overdrawn now; if not, nothing.',
  },
  trade_corrected: {
    happened: 'The exchange gave a trade other terms; it is booked anew.',
    toDo: 'Look whether the account is short or overdrawn now; if not, nothing.',
  },
  amendment_without_terms: {
    happened: 'A bust or correction names no trade, or gives no sound new terms; not booked.',
    toDo: 'Ask the exchange what it meant; it must send it anew.',
  },
  amendment_of_another_order: {
    happened: 'A bust or correction came under one order for a trade of another; not booked.',
    toDo: 'Ask the exchange whose trade it meant; it must send it anew.',
  },
  short_by_bust: {
    happened: 'After a bust or correction more shares are sold than held; only closing is allowed.',
    toDo: 'See that the position is closed, then set the user to active.',
  },
  overdrawn: {
    happened: 'Trades cost more than the account had; only closing is allowed.',
    toDo: 'Deposit the difference or settle it with the user, then set the user to active.',
  },
  order_resurrected: {
    happened: 'The exchange has an order that we had told its user had failed.',
    toDo: 'Nothing for one, its rest is cancelled or kept; for many see why answers are late.',
  },
  external_id_conflict: {
    happened: 'The exchange gave an order a second id of its own; the first one holds.',
    toDo: 'Ask the exchange which of its two orders is ours, and have the other one cancelled.',
  },
  forgotten_by_venue: {
    happened: 'The exchange denies an order that it had taken, in the same epoch; it stays open.',
    toDo: 'Ask the exchange what became of it: until it says, its reservation is held.',
  },
  venue_book_lost: {
    happened: 'The exchange came back without its book; the order is cancelled with what traded.',
    toDo: 'Compare its fills with the statement of the exchange; the user may place it anew.',
  },
  fills_not_listed: {
    happened: 'The exchange counts more shares as traded than it lists fills for.',
    toDo: 'Ask the exchange for the missing fills: until they come, the reservation is held.',
  },
  execution_quarantined: {
    happened: 'An execution could not be booked and was set aside; its user may only close.',
    toDo: 'Report the error in `detail` as a bug; settle the trade, then set the user to active.',
  },
  stray_trade: {
    happened: 'A trade of no order of ours; it is booked to the house.',
    toDo: 'Assign it to its user or refuse it: `GET /admin/house-trades`.',
  },
  assigned_trade_amended: {
    happened: 'The exchange busted or corrected a trade after it was given to a user.',
    toDo: "Settle the difference with the user by hand: the house has it, the user's books do not.",
  },
} as const satisfies Readonly<Record<string, Guide>>;

export type IncidentKind = keyof typeof INCIDENT_GUIDE;

export const INCIDENT_KINDS = Object.keys(INCIDENT_GUIDE) as readonly IncidentKind[];

/** One incident as operators read it. */
export interface IncidentEntry {
  /** Its shard and its number there. */
  readonly incidentId: string;
  readonly kind: IncidentKind;
  readonly atMs: number;
  readonly userId: string | null;
  readonly orderId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where a page goes on in one shard: below this number. */
export interface IncidentPlace {
  readonly shard: number;
  readonly below: number;
}

export function incidentTable(): string {
  const rows = INCIDENT_KINDS.map((kind) => {
    const { happened, toDo } = INCIDENT_GUIDE[kind];
    return `| \`${kind}\` | ${happened} | ${toDo} |`;
  });
  return ['| kind | what happened | what to do |', '|---|---|---|', ...rows].join('\n');
}
