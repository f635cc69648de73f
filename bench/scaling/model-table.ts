// What the model saw on its day, in one table.
import type { Cell, Table } from '../harness/table.ts';
import type { ModelRun } from './comparison.ts';

export function modelTable({ day, flow, minute, failure, gatewayFailure }: ModelRun): Table {
  const longest = Math.max(...minute.hosts.map(({ queueMax }) => queueMax));
  const busy = Math.max(...minute.hosts.map(({ busyShare }) => busyShare));
  const rows: Cell[][] = [
    ['hosts', day.plan.hosts, ''],
    ['bursts, the largest', Math.max(1, ...day.bursts.map(({ factor }) => factor)), 'x'],
    ['orders offered', flow.offered, ''],
    ['  served', flow.served, ''],
    ['  refused as busy', flow.refused, ''],
    ['  waiting at the close', flow.queued, ''],
    ['busiest minute of a host', 100 * flow.peakMinuteLoad, '% of its capacity'],
    ['busiest second of a host', 100 * flow.peakSecondLoad, '% of its capacity'],
    ['least loaded host of that minute', 100 * leastLoadOf(flow.minuteLoads, day), '%'],
    ['busiest minute: wait p50', minute.wait.p50Ms, 'ms'],
    ['  p99', minute.wait.p99Ms, 'ms'],
    ['  p99.9', minute.wait.p999Ms, 'ms'],
    ['  longest queue', longest, 'orders'],
    ['  in turns', 100 * busy, '% of the time: small turns, mostly syncing'],
    ['the busiest host fails: away', failure.awaySeconds, 's'],
    ['  not answered, as it died', failure.failed.unanswered, 'orders'],
    ['  refused meanwhile', failure.refusedWhileAway, 'orders'],
    ['  came again', failure.cameAgain, 'orders'],
    ['  served by others in the next minute', failure.moved, 'orders of its users'],
    ['  their busiest second', 100 * failure.takerPeakLoad, '% of capacity'],
    ['  their longest queue', Math.max(...failure.takers.map((run) => run.queueMax)), 'orders'],
    ['  their wait p99', failure.waitAfter.p99Ms, 'ms'],
    ['a gateway host fails: streams cut', gatewayFailure.streamsCut, ''],
    ['  fullest thread before', gatewayFailure.streamsPerThreadBefore, 'streams'],
    ['  fullest thread after', gatewayFailure.streamsPerThreadAfter, 'streams'],
  ];
  return { title: 'the model', columns: ['what', 'value', 'unit'], rows };
}

function leastLoadOf(
  minuteLoads: readonly (readonly number[])[],
  { busiestMinute }: ModelRun['day'],
): number {
  return Math.min(...minuteLoads.map((loads) => loads[busiestMinute] ?? 0));
}
