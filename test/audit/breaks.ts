// What can be done to sound books, one thing at a time, and which invariants it breaks.
import type { LogLine } from '../../src/exchange/simulator/log-record.ts';
import type { BrokenBooks } from './books-on-disk.ts';

const FILLED = '(SELECT min(order_no) FROM orders WHERE num_shares = cum_qty)';
const OPEN = "(SELECT min(order_no) FROM orders WHERE status = 'submitted')";
const CANCELLED = "(SELECT min(order_no) FROM orders WHERE status = 'cancelled' AND cum_qty = 0)";
const CANCELLED_BUY =
  "(SELECT min(order_no) FROM orders WHERE status = 'cancelled' AND side = 'buy')";
/** A transaction of the first account that no order caused. */
const DEPOSIT = '(SELECT min(event_no) FROM deposits WHERE account_no = 1)';

/** What is done to the books, the break that it must be, and all invariants that it breaks. */
export interface Break {
  readonly name: string;
  readonly change: (books: BrokenBooks) => void;
  readonly says: RegExp;
  /** The first is the one that must say it. */
  readonly breaks: readonly string[];
}

const MONEY: readonly Break[] = [
  {
    name: "I1 a posting's amount",
    change: (books) =>
      books.change(
        `UPDATE postings SET amount = amount + 1
         WHERE posting_no = (SELECT min(posting_no) FROM postings WHERE account = 12)`,
      ),
    says: /a transaction does not balance/,
    breaks: ['I1', 'I4'],
  },
  {
    name: 'I1 a transfer that has not arrived',
    change: (books) =>
      post(books, DEPOSIT, [
        [0, 11, -5],
        [0, 14, 5],
      ]),
    says: /transfers between shards do not meet/,
    breaks: ['I1'],
  },
  {
    name: 'I2 a reservation that nobody gave back',
    change: (books) => {
      const tx = `(SELECT max(event_no) FROM events WHERE order_no = ${CANCELLED_BUY})`;
      const account = `(SELECT account_no FROM orders WHERE order_no = ${CANCELLED_BUY})`;
      post(books, tx, [
        [account, 1, -7],
        [account, 2, 7],
      ]);
    },
    says: /\(cancelled\) has \d+ reserved and needs \d+/,
    breaks: ['I2'],
  },
  {
    name: 'I3 an account that is overdrawn and goes on trading',
    change: (books) =>
      post(books, DEPOSIT, [
        [1, 1, -1e12],
        [0, 14, 1e12],
      ]),
    says: /negative, and not restricted/,
    breaks: ['I3'],
  },
  {
    name: 'I3 a restricted account that nobody knows why',
    change: (books) => {
      post(books, DEPOSIT, [
        [1, 1, -1e12],
        [0, 14, 1e12],
      ]);
      books.execute("UPDATE accounts SET trading_state = 'reducing'; DELETE FROM incidents");
    },
    says: /no incident says why/,
    breaks: ['I3', 'I9'],
  },
  {
    name: 'I4 a balance',
    change: (books) =>
      books.change(
        `UPDATE balances SET amount = amount + 1
         WHERE account_no = 1 AND account = 1 AND asset = 'USD'`,
      ),
    says: /a balance is not the sum of its postings/,
    breaks: ['I4', 'I1'],
  },
  {
    name: "I4 an order's fee",
    change: (books) =>
      books.change(`UPDATE orders SET fee_in_cents = fee_in_cents + 1 WHERE order_no = ${FILLED}`),
    says: /moved -?\d+ cents, its trades and fee -?\d+/,
    breaks: ['I4'],
  },
  {
    name: 'I5 a fill that is gone',
    change: (books) => books.change(`DELETE FROM fills WHERE order_no = ${FILLED}`),
    says: /counts \d+ shares, its live trades are 0/,
    breaks: ['I5', 'I4', 'I6', 'I8', 'I22'],
  },
  {
    name: 'I5 shares that nobody deposited',
    change: (books) =>
      books.change("UPDATE deposits SET amount = 1 WHERE account_no = 1 AND asset = 'SYN0001'"),
    says: /holds \d+ SYN0001, its deposits and trades are/,
    breaks: ['I5', 'I1'],
  },
];

const TRADES: readonly Break[] = [
  {
    name: 'I6 a trade that the exchange does not know',
    change: (books) =>
      books.changeLog((lines) => lines.filter((line) => line !== firstTrade(lines))),
    says: /is unknown to the exchange/,
    breaks: ['I6', 'I12'],
  },
  {
    name: 'I6 a trade at another price',
    change: (books) =>
      books.changeLog((lines) =>
        lines.map((line) => (line === firstTrade(lines) ? { ...line, lastPriceInCents: 1 } : line)),
      ),
    says: /at the exchange \d+ at 1$/,
    breaks: ['I6'],
  },
  {
    name: 'I6 a trade of the exchange that is not booked',
    change: (books) =>
      books.changeLog((lines) => {
        const trade = firstTrade(lines);
        const at = lines.indexOf(trade) + 1;
        return [...lines.slice(0, at), { ...trade, execId: 'exec-unseen' }, ...lines.slice(at)];
      }),
    says: /trade exec-unseen of ord_\w+ is not booked/,
    breaks: ['I6'],
  },
  {
    name: 'I16 two orders of one user that met',
    change: (books) => books.changeLog((lines) => [...lines, ...selfMatch(books, lines)]),
    says: /usr_[\w-]+ traded ord_\w+ with ord_\w+/,
    breaks: ['I16', 'I6', 'I12'],
  },
];

const ORDERS: readonly Break[] = [
  {
    name: "I7 an order's status",
    change: (books) =>
      books.change(`UPDATE orders SET status = 'expired' WHERE order_no = ${CANCELLED}`),
    says: /is expired, its last event says cancelled/,
    breaks: ['I7', 'I12'],
  },
  {
    name: 'I7 a move that is not on the list',
    change: (books) => editDetail(books, FILLED, 'order_created', { expired: 'end_of_session' }),
    says: /begins with order_created as expired/,
    breaks: ['I7', 'I9', 'I22'],
  },
  {
    name: 'I8 a quantity',
    change: (books) =>
      books.change(`UPDATE orders SET num_shares = num_shares + 1 WHERE order_no = ${FILLED}`),
    says: /is filled with \d+ of \d+/,
    breaks: ['I8', 'I2', 'I7', 'I14'],
  },
  {
    name: 'I9 a bust on a filled order that nobody was told of',
    change: (books) => books.execute('DELETE FROM incidents'),
    says: /was filled; trade_\w+ came without an incident/,
    breaks: ['I9'],
  },
  {
    name: 'I11 a key that two orders have',
    change: (books) =>
      books.execute(
        `DROP INDEX orders_by_key;
         UPDATE orders SET idempotency_key = 'same' WHERE account_no = 1`,
      ),
    says: /key same of usr_\w+ has two orders/,
    breaks: ['I11'],
  },
  {
    name: 'I11 an order that came to the exchange twice',
    change: (books) => books.changeLog((lines) => [...lines, firstOrder(lines)]),
    says: /is at the exchange twice/,
    breaks: ['I11'],
  },
  {
    name: 'I12 an end that the exchange does not know of',
    change: (books) =>
      books.changeLog((lines) =>
        lines.filter((line) => line.kind !== 'execution' || line.execKind !== 'cancelled'),
      ),
    says: /is cancelled 0, at the exchange submitted 0/,
    breaks: ['I12'],
  },
  {
    name: 'I12 an execution that has found no order',
    change: (books) => park(books, 'parked'),
    says: /execution exec-parked has found no order/,
    breaks: ['I12'],
  },
  {
    name: 'I13 a trade on a cancelled order, told as if nothing was odd',
    change: (books) => {
      editDetail(books, FILLED, 'order_submitted', { cancelled: 'requested', finalCumQty: 0 });
    },
    says: /traded as order_traded although it was cancelled/,
    breaks: ['I13', 'I9', 'I22'],
  },
  {
    name: 'I14 an order that only the exchange has',
    change: (books) =>
      books.changeLog((lines) => {
        const unknown = 'ord_000000000000aaaa';
        return [{ ...firstOrder(lines), clientOrderId: `${unknown}` }, ...lines];
      }),
    says: /order ord_000000000000aaaa is known to the exchange alone/,
    breaks: ['I14'],
  },
  {
    name: 'I14 other terms at the exchange',
    change: (books) =>
      books.changeLog((lines) =>
        lines.map((line) => (line === firstOrder(lines) ? { ...line, priceInCents: 7 } : line)),
      ),
    says: /at the exchange ".* 7 \d+"/,
    breaks: ['I14'],
  },
  {
    name: 'I14 an order that the exchange had first',
    change: (books) =>
      books.changeLog((lines) =>
        lines.map((line) => (line === firstOrder(lines) ? { ...line, atMs: 1 } : line)),
      ),
    says: /came to the exchange before it was taken here/,
    breaks: ['I14'],
  },
];

/** With events of its account before it and behind it. */
const IN_THE_MIDDLE = `
  SELECT event_no FROM events WHERE account_no = 1 AND kind = 'account_changed'
  ORDER BY seq LIMIT 1 OFFSET 8`;

const TRAIL: readonly Break[] = [
  {
    name: 'I18 an event that is gone',
    change: (books) => books.change(`DELETE FROM events WHERE event_no = (${IN_THE_MIDDLE})`),
    says: /expected was/,
    breaks: ['I18', 'I22'],
  },
  ...['prior_event_no', 'leap_event_no'].map((column) => ({
    name: `I18 an event with a wrong ${column}`,
    change: (books: BrokenBooks) =>
      books.change(`UPDATE events SET ${column} = 1 WHERE event_no = (${IN_THE_MIDDLE})`),
    says: /event \d+ names a wrong one before it/,
    breaks: ['I18'],
  })),
  {
    name: 'I18 an order that names a wrong one before it',
    change: (books) =>
      books.change(`UPDATE orders SET prior_order_no = 9 WHERE order_no = ${OPEN}`),
    says: /order \d+ names a wrong one before it/,
    breaks: ['I18'],
  },
  ...['last_event_no', 'last_order_no'].map((column) => ({
    name: `I18 an account with a wrong ${column}`,
    change: (books: BrokenBooks) =>
      books.change(`UPDATE accounts SET ${column} = 1 WHERE account_no = 1`),
    says: /account 1 does not name its newest event or order/,
    breaks: ['I18'],
  })),
  {
    name: "I22 an event's detail",
    change: (books) =>
      books.change(
        `UPDATE events SET detail = '[0,0,"active"]' WHERE event_no = (${IN_THE_MIDDLE})`,
      ),
    says: /is not what was written/,
    breaks: ['I22'],
  },
  {
    name: 'I22 a hash',
    change: (books) => books.change("UPDATE events SET hash = x'00' WHERE event_no = 3"),
    says: /event 3 or what is before it is not what was written/,
    breaks: ['I22'],
  },
  {
    name: 'I22 a past that was written anew, against its anchor',
    change: (books) => anchor(books, 5, 'ab'.repeat(32)),
    says: /event 5 is not the one that was anchored/,
    breaks: ['I22'],
  },
  {
    name: 'I22 an anchored end that was cut off',
    change: (books) => anchor(books, 1_000_000, 'ab'.repeat(32)),
    says: /the anchored event 1000000 is gone/,
    breaks: ['I22'],
  },
  {
    name: 'I25 an execution that is still on its way',
    change: (books) => park(books, 'routed'),
    says: /execution exec-parked is still on its way/,
    breaks: ['I25'],
  },
  {
    name: 'I25 an order that waits for its cancel',
    change: (books) =>
      books.change(
        `UPDATE orders SET cancels_requested = 1, status = 'pending_cancel' WHERE order_no = ${OPEN}`,
      ),
    says: /is still pending_cancel \(cancel\)/,
    breaks: ['I25', 'I7', 'I12'],
  },
];

export const BREAKS: readonly Break[] = [...MONEY, ...TRADES, ...ORDERS, ...TRAIL];

/** The next free number of the transaction's. */
function nextPosting(tx: string): string {
  return `(SELECT coalesce(max(posting_no) + 1, (${tx}) << 5) FROM postings WHERE tx_no = (${tx}))`;
}

/** Postings that balance, with their balances: `[accountNo, account, cents]`. */
function post(
  books: BrokenBooks,
  tx: string,
  postings: readonly (readonly [accountNo: number | string, account: number, cents: number])[],
): void {
  for (const [accountNo, account, cents] of postings) {
    books.execute(
      `INSERT INTO postings (posting_no, account_no, account, asset, amount)
         VALUES (${nextPosting(tx)}, ${accountNo}, ${account}, 'USD', ${cents});
       INSERT INTO balances (account_no, asset, account, amount)
         VALUES (${accountNo}, 'USD', ${account}, ${cents})
         ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;`,
    );
  }
}

function editDetail(books: BrokenBooks, order: string, kind: string, facts: object): void {
  books.change(
    `UPDATE events SET detail = json_patch(detail, '${JSON.stringify(facts)}')
     WHERE order_no = ${order} AND kind = '${kind}'`,
  );
}

function park(books: BrokenBooks, state: 'parked' | 'routed'): void {
  const orderId = state === 'parked' ? 'NULL' : "'ord_x'";
  books.executeInFeedRecord(
    `INSERT INTO parked VALUES
       (1, 'ext-x', 'exec-parked', 999, '${state}', ${orderId}, NULL, 0, '{}')`,
  );
}

export function anchor(books: BrokenBooks, eventNo: number, hash: string): void {
  books.write(
    'anchors.log',
    `{"cut${JSON.stringify({ atMs: 0, shard: '00', eventNo, hash })}\n{"cut`,
  );
}

function firstTrade(lines: readonly LogLine[]): LogLine {
  const isTrade = (line: LogLine) => line.kind === 'execution' && line.execKind === 'trade';
  return found(lines.find(isTrade));
}

function firstOrder(lines: readonly LogLine[]): LogLine {
  return found(lines.find((line) => line.kind === 'order'));
}

/** Two open orders of one user, as the exchange would write that they met. */
function selfMatch(books: BrokenBooks, lines: readonly LogLine[]): LogLine[] {
  const trade = firstTrade(lines);
  const ids = books.ask<{ buy: string; sell: string }>(
    `SELECT one.id AS buy, other.id AS sell
     FROM orders AS one JOIN orders AS other ON other.account_no = one.account_no
     WHERE one.status = 'submitted' AND one.side = 'buy'
       AND other.status = 'submitted' AND other.side = 'sell' LIMIT 1`,
  );
  return (['buy', 'sell'] as const).map((side, index) => {
    const execution = {
      clientOrderId: ids[side],
      externalOrderId: `x${index}`,
      execId: `self-${index}`,
      side,
    };
    return { ...trade, ...execution, seq: 10_000 + index } as LogLine;
  });
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the log has no such record');
  return value;
}
