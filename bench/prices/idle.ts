// What an idle stream costs in resident memory, and whether that many are held: opened, left alone
// for longer than a heartbeat, then told one price each, which all of them have to get.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import type { CrowdReport } from '../load/protocol.ts';
import { crowdOf, lastRound, type RunPlace, withServers } from './run.ts';

export interface IdleRun {
  readonly streams: number;
  readonly held: number;
  readonly notCurrent: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly bytesPerStream: number;
  readonly report: CrowdReport;
}

const SETTLE_MS = 3_000;

export function runIdle(place: RunPlace, options: BenchOptions): Promise<IdleRun> {
  const { settings } = place;
  return withServers(place, options, async (server, exchange) => {
    await sleep(SETTLE_MS);
    const bytesBefore = server.residentBytes();
    const load = crowdOf(settings, server, options);
    const measure = async (): Promise<IdleRun> => {
      await load.reached('ready');
      load.tell({ kind: 'Begin' });
      await sleep(settings.seconds * 1_000);
      const bytesAfter = server.residentBytes();
      load.tell({ kind: 'End' });
      await load.reached('sent');
      load.tell({ kind: 'Compare', published: await lastRound(exchange) });
      const report = await load.report;
      const { openAtEnd: held, notCurrent } = report;
      const bytesPerStream = (bytesAfter - bytesBefore) / settings.clients;
      const streams = settings.clients;
      return { streams, held, notCurrent, bytesBefore, bytesAfter, bytesPerStream, report };
    };
    try {
      return await abortable(measure(), options.signal);
    } finally {
      load.kill();
    }
  });
}
