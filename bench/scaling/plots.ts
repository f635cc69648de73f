// What the model and the arithmetic have to show as curves.
import type { Plot, Series } from '../harness/plot.ts';
import type { Assumed } from './assumptions.ts';
import type { FlowOfDay, WaitSample } from './day-model.ts';
import { demandOf } from './demand.ts';
import { gatewaysOf } from './gateways.ts';
import type { MeasuredFigures } from './measured-figures.ts';
import { hostsFor } from './order-hosts.ts';

const MINUTES_PER_POINT = 5;
const MINUTES_PER_HOUR = 60;
const SECONDS_PER_HOUR = 3_600;
const USERS = [200_000, 500_000, 1e6, 2e6, 5e6, 10e6, 20e6, 50e6];

type Point = readonly [x: number, y: number];

export function loadPlot({ minuteLoads }: FlowOfDay): Plot {
  return {
    name: 'scaling-load',
    title: 'load of each order host over the day, mean of five minutes',
    x: { label: 'hours since the open', scale: 'linear' },
    y: { label: '% of what a host keeps up', scale: 'linear' },
    series: minuteLoads.map((loads, host) => ({ name: `host ${host}`, points: pointsOf(loads) })),
  };
}

function pointsOf(loads: readonly number[]): Point[] {
  const points: Point[] = [];
  for (let minute = 0; minute < loads.length; minute += MINUTES_PER_POINT) {
    const some = loads.slice(minute, minute + MINUTES_PER_POINT);
    const mean = some.reduce((sum, load) => sum + load, 0) / some.length;
    points.push([rounded(minute / MINUTES_PER_HOUR), rounded(100 * mean)]);
  }
  return points;
}

/** A pixel is wider than that. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function waitPlot(samples: readonly WaitSample[]): Plot {
  const series = (name: string, read: (sample: WaitSample) => number): Series => ({
    name,
    points: samples.map((sample) => [sample.atSecond / SECONDS_PER_HOUR, read(sample)]),
  });
  return {
    name: 'scaling-wait',
    title: 'how long an order waits in its host over the day, the exchange left out',
    x: { label: 'hours since the open', scale: 'linear' },
    y: { label: 'ms', scale: 'log' },
    series: [
      series('p50', ({ wait }) => wait.p50Ms),
      series('p99', ({ wait }) => wait.p99Ms),
      series('p99.9', ({ wait }) => wait.p999Ms),
    ],
  };
}

export function hostsPlot(figures: MeasuredFigures, a: Assumed): Plot {
  const perHost = figures.get('ordersPerSecondSustained');
  const series = (name: string, read: (scaled: Assumed) => number): Series => ({
    name,
    points: USERS.map((dailyUsers) => {
      const scaled = { ...a, dailyUsers };
      return [dailyUsers * a.ordersPerUser, read(scaled)];
    }),
  });
  return {
    name: 'scaling-hosts',
    title: 'hosts against orders per day',
    x: { label: 'orders per day', scale: 'log' },
    y: { label: 'hosts', scale: 'log' },
    series: [
      series('orders', (scaled) => hostsFor(demandOf(scaled).peakPerSecond, perHost, scaled)),
      series('streams', (scaled) => gatewaysOf(demandOf(scaled), figures, scaled).hosts),
    ],
  };
}
