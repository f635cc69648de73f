// What is judged when a seed has come to rest: the books by the auditor and against the exchange,
// the clients' history, their streams, and what the actors still have in hand.
import { isDeepStrictEqual } from 'node:util';
import { shardAddress } from '../../src/actors/addresses.ts';
import type { UserTruth } from '../history/books-truth.ts';
import { checkHistory } from '../history/check-history.ts';
import { checkIncidents } from '../history/check-incidents.ts';
import { checkStreams } from '../history/check-streams.ts';
import type { Books } from './books.ts';
import type { BrokerSimulation } from './broker-simulation.ts';
import type { People } from './people.ts';
import type { Plan } from './plan.ts';
import { waiting } from './probes.ts';

export interface Judged {
  readonly broker: BrokerSimulation;
  readonly people: People;
  readonly books: Books;
  readonly plan: Plan;
  readonly truths: ReadonlyMap<string, UserTruth>;
}

const VIRTUAL_MINUTE = 60_000;
const SHARDS = [shardAddress(0), shardAddress(1)];

export async function findingsOf(judged: Judged): Promise<string[]> {
  const { broker, people, books, plan, truths } = judged;
  return [
    ...books.unsettled().map((what) => `I12: ${what}`),
    // A stranger's execution may wait for an owner for longer than this.
    ...books.broken({ settled: !plan.isStrangerThere }),
    ...checkIncidents(broker.shardPaths),
    ...checkHistory(people.history, truths),
    ...checkStreams(people.readers, truths),
    ...(await restFindings(judged)),
    ...(await foldFindings(judged)),
    ...priceFindings(judged),
    ...errorFindings(judged),
  ];
}

/** I19: the fold of a user's events is what GET gives. */
async function foldFindings({ broker, people }: Judged): Promise<string[]> {
  const findings: string[] = [];
  for (const [index, { delivered }] of people.readers.entries()) {
    const client = people.customers[index]?.client;
    if (client === undefined) continue;
    const last = new Map<string, unknown>();
    for (const { data } of delivered) {
      const { order, account } = data as { order?: { id: string }; account?: unknown };
      if (order !== undefined) last.set(`/order/${order.id}`, order);
      else last.set('/account', account);
    }
    const open = [...last].filter(([path]) => path === '/account').concat([...last].slice(-2));
    for (const [path, folded] of open) {
      const reply = await broker.untilDone(client.call({ method: 'GET', path }), VIRTUAL_MINUTE);
      if (isDeepStrictEqual(reply.body, folded)) continue;
      findings.push(
        `I19: ${path} is ${JSON.stringify(reply.body)}, told ${JSON.stringify(folded)}`,
      );
    }
  }
  return findings;
}

/** I24, I25: at rest nobody waits for anything, and nothing is remembered that is over. */
async function restFindings({ broker, plan }: Judged): Promise<string[]> {
  const counts = await broker.untilDone(waiting(broker, SHARDS), VIRTUAL_MINUTE);
  return Object.entries(counts).flatMap(([what, count]) => {
    // Of a lost book they are an operator's; the auditor has looked for the incident (E35).
    const isOperators = what === 'missing_fills' && plan.bookLossMs !== null;
    return count === 0 || isOperators ? [] : [`I25: at rest ${what} is ${count}`];
  });
}

/** I20: the last price that came is the last one that was printed. */
function priceFindings({ broker, people }: Judged): string[] {
  return people.readers.flatMap(({ userId, prices }) =>
    [...prices].flatMap(([symbol, { priceInCents }]) => {
      const last = broker.priceOf(symbol);
      if (priceInCents === last) return [];
      return [`I20: ${userId} has ${symbol} at ${priceInCents}, last was ${last}`];
    }),
  );
}

/** Without poison and without disk faults nothing may throw. */
function errorFindings({ broker, plan }: Judged): string[] {
  const { commitFailed, syncFailed, full } = broker.diskFaults.counts;
  const isExpected = plan.poisonMs !== null || commitFailed + syncFailed + full > 0;
  return isExpected ? [] : broker.errors.map((error) => `an exception: ${error}`);
}
