// What is judged after each kill, beside the running broker, and once more when all has come to
// rest: the books by the auditor, the crowd's history, its streams, and what must never happen.
import { audit } from '../../src/audit/audit.ts';
import { brokenSentences } from '../broken-sentences.ts';
import { readTruth, type UserTruth } from '../history/books-truth.ts';
import { acknowledgedOrders, checkHistory, countsOf } from '../history/check-history.ts';
import { checkIncidents } from '../history/check-incidents.ts';
import { checkStreams } from '../history/check-streams.ts';
import { patiently, type Scene } from './scene.ts';
import { losesBook } from './weather.ts';

/** Beside the running broker: streams may lag, things may be in the middle. */
export async function liveFindings(scene: Scene): Promise<string[]> {
  const audited = await auditFindings(scene, false);
  const { crowd, files } = scene;
  // In one breath: nothing can be answered between the look at the books and the end of the check.
  const truths = readTruth(files.paths);
  return [
    ...audited,
    ...checkHistory(crowd.history, truths),
    ...checkStreams(crowd.readers, truths, { isComplete: false }),
    ...checkIncidents(files.paths, { isBookLost: losesBook(scene.faults) }),
  ];
}

/** When the broker has stopped and nothing is to come. */
export async function restFindings(scene: Scene, truths: ReadonlyMap<string, UserTruth>) {
  const { crowd, files } = scene;
  return [
    ...(await auditFindings(scene, true)),
    ...checkHistory(crowd.history, truths),
    ...checkStreams(crowd.readers, truths),
    ...checkIncidents(files.paths, { isBookLost: losesBook(scene.faults) }),
  ];
}

export async function countsAtRest(
  { crowd, exchange }: Scene,
  truths: ReadonlyMap<string, UserTruth>,
) {
  const orders = [...truths.values()].flatMap((truth) => truth.orders);
  const keys = sum([...truths.values()], ({ ordersByKey }) => ordersByKey.size);
  const log = await exchange.log();
  const taken = log.flatMap((line) => (line.kind === 'order' ? [line.clientOrderId] : []));
  const twiceHere = orders.length - keys;
  const twiceThere = taken.length - new Set(taken).size;
  const isTrade = (event: { readonly kind: string }) => event.kind === 'order_traded';
  return {
    requests: countsOf(crowd.history),
    orders: {
      acknowledged: acknowledgedOrders(crowd.history).size,
      duplicated: twiceHere + twiceThere,
      trades: sum([...truths.values()], ({ events }) => events.filter(isTrade).length),
    },
  };
}

async function auditFindings(scene: Scene, settled: boolean): Promise<string[]> {
  const report = await patiently(() =>
    audit({
      directory: scene.dataDir,
      exchangeUrl: scene.exchange.url,
      withoutVenueLog: 'throw',
      settled,
    }),
  );
  return brokenSentences(report);
}

function sum<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}
