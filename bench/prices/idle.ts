// What an idle stream costs in resident memory, and whether that many are held: opened, left alone
// for longer than a heartbeat, then told one price each, which all of them have to get.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import type { ExchangeProcess } from '../harness/exchange-process.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { CrowdReport } from '../load/protocol.ts';
import type { PriceServer } from './price-server.ts';
import { crowdOf, lastRound, type RunPlace, withServers } from './run.ts';

export interface IdleRun {
  readonly streams: number;
  readonly held: number;
  readonly notCurrent: number;
  readonly bytesWithNone: number;
  readonly bytesWithSome: number;
  readonly bytesWithAll: number;
  /**
   * From a third of them to all: what the start left behind in the heap has been reused by then,
   * and does not hide what a stream takes.
   */
  readonly bytesPerStream: number;
  readonly bytesPerStreamFromNone: number;
  readonly reports: readonly CrowdReport[];
}

const SETTLE_MS = 10_000;
/** Of all streams, those that come first. */
const FIRST_SHARE = 1 / 3;

export function runIdle(place: RunPlace, options: BenchOptions): Promise<IdleRun> {
  return withServers(place, options, async (server, exchange) => {
    const first = Math.floor(place.settings.clients * FIRST_SHARE);
    const loads: LoadProcess<CrowdReport>[] = [];
    const crowd = async (clients: number) => {
      const load = crowdOf({ ...place.settings, clients }, server, options);
      loads.push(load);
      await load.reached('ready');
    };
    const measure = async (): Promise<IdleRun> => {
      const settleMs = Math.min(SETTLE_MS, place.settings.seconds * 1_000);
      await sleep(settleMs);
      const none = server.residentBytes();
      await crowd(first);
      await sleep(settleMs);
      const some = server.residentBytes();
      await crowd(place.settings.clients - first);
      await sleep(place.settings.seconds * 1_000);
      return resultOf({ server, exchange, loads }, { none, some, first, ...place.settings });
    };
    try {
      return await abortable(measure(), options.signal);
    } finally {
      for (const load of loads) load.kill();
    }
  });
}

interface Parts {
  readonly server: PriceServer;
  readonly exchange: ExchangeProcess;
  readonly loads: readonly LoadProcess<CrowdReport>[];
}

interface Before {
  readonly none: number;
  readonly some: number;
  readonly first: number;
  readonly clients: number;
}

async function resultOf({ server, exchange, loads }: Parts, before: Before): Promise<IdleRun> {
  const { none, some, first, clients } = before;
  const all = server.residentBytes();
  for (const load of loads) load.tell({ kind: 'End' });
  await Promise.all(loads.map((load) => load.reached('sent')));
  const published = await lastRound(exchange);
  for (const load of loads) load.tell({ kind: 'Compare', published });
  const reports = await Promise.all(loads.map((load) => load.report));
  return {
    streams: clients,
    held: reports.reduce((sum, { openAtEnd }) => sum + openAtEnd, 0),
    notCurrent: reports.reduce((sum, { notCurrent }) => sum + notCurrent, 0),
    bytesWithNone: none,
    bytesWithSome: some,
    bytesWithAll: all,
    bytesPerStream: (all - some) / (clients - first),
    bytesPerStreamFromNone: (all - none) / clients,
    reports,
  };
}
