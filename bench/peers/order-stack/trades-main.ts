// The trade processor as a process of its own, the only reader of the execution feed.
// trades-main.ts SETTINGS
import { decodeExecutionFrame } from '../../../src/exchange/decode-frame.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { Database, type Row } from './database.ts';
import { followFeed } from './exchange.ts';
import { eventText } from './order-json.ts';
import { Publisher } from './publisher.ts';
import { settingsFrom } from './settings.ts';
import { type Booked, TradeProcessor } from './trade-processor.ts';

const RETRY_MS = 2;
const BOOK = 'SELECT * FROM book_executions($1::json, $2, $3)';

const { postgres, redisPort, exchangeUrl, tuning } = settingsFrom(process.argv[2]);
const database = new Database(postgres, 1);
await database.open(1);
const publisher = await Publisher.connect(redisPort);
const processor = new TradeProcessor({
  batchMax: tuning.bookBatchMax,
  retryMs: RETRY_MS,
  book,
  onBooked: tell,
  after: (delayMs, run) => void setTimeout(run, delayMs),
  onFailed: (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
});

const [position] = await database.call('position', 'SELECT epoch, seq FROM feed_position', []);
const from = position === undefined ? '' : `?from=${position[0]}:${position[1]}`;
followFeed(`${exchangeUrl}/v1/executions${from}`, (lines) => {
  processor.take(lines.map(decodeExecutionFrame));
});
process.once('SIGTERM', () => process.exit(0));
process.stdout.write('trades ready\n');

async function book(executions: readonly Execution[], epoch: string, upToSeq: number) {
  const at = Date.now();
  const batch = executions.map((execution) => ({ ...execution, kind: execution.execKind, at }));
  const rows = await database.call('book', BOOK, [JSON.stringify(batch), epoch, upToSeq]);
  return rows.map(bookedIn);
}

function bookedIn(row: Row): Booked {
  const [seq, outcome, userId, orderId, eventSeq, status, cumQty, notional, fee, ...cash] = row;
  return {
    seq: seq as number,
    outcome: outcome as Booked['outcome'],
    userId: userId as string,
    orderId: orderId as string,
    eventSeq: eventSeq as number | null,
    status: status as string,
    cumQty: cumQty as number,
    notionalInCents: notional as number,
    feeInCents: fee as number,
    available: cash[0] as number | null,
    reserved: cash[1] as number | null,
  };
}

function tell(booked: Booked, execution: Execution): void {
  const { userId, orderId, eventSeq, status, cumQty, feeInCents, outcome } = booked;
  const { execId, lastQty, lastPriceInCents } = execution;
  const trade = outcome === 'traded' ? { execId, lastQty, lastPriceInCents, feeInCents } : {};
  const about = { orderId, status, cumQty, ...trade };
  const kind = outcome === 'traded' ? 'order_traded' : `order_${status}`;
  publisher.publish(userId, eventText(eventSeq ?? 0, kind, Date.now(), about, booked));
}
