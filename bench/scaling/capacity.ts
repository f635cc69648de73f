// The whole arithmetic at once, from the measured figures and the assumptions; and the same for a
// tenth, ten times and so on of the users, to see what gives way first.
import { BUCKETS } from '../../src/domain/ids.ts';
import type { Assumed } from './assumptions.ts';
import { type CostLine, costOf } from './cost.ts';
import { type Demand, demandOf } from './demand.ts';
import { type Gateways, gatewaysOf } from './gateways.ts';
import type { MeasuredFigures } from './measured-figures.ts';
import { hostsFor, type OrderHosts, orderHostsOf } from './order-hosts.ts';
import {
  type Drives,
  drivesOf,
  type ExchangeSessions,
  exchangeSessionsOf,
  type Recovery,
  recoveryOf,
  type Shards,
  type Storage,
  shardsOf,
  storageOf,
} from './storage.ts';

export interface Capacity {
  readonly demand: Demand;
  readonly orders: OrderHosts;
  readonly gateways: Gateways;
  readonly exchange: ExchangeSessions;
  readonly storage: Storage;
  readonly drives: Drives;
  readonly shards: Shards;
  readonly recovery: Recovery;
  readonly cost: readonly CostLine[];
}

export function capacityOf(figures: MeasuredFigures, a: Assumed): Capacity {
  const demand = demandOf(a);
  const orders = orderHostsOf(demand, figures, a);
  const { hosts } = orders;
  const gateways = gatewaysOf(demand, figures, a);
  const exchange = exchangeSessionsOf(demand, hosts, a);
  const storage = storageOf(demand, figures, hosts, a);
  const { eventsPerStreamSecond } = demand;
  const inputs = { orderHosts: hosts, gateways, storage, exchange, eventsPerStreamSecond };
  return {
    demand,
    orders,
    gateways,
    exchange,
    storage,
    drives: drivesOf(demand, figures, hosts, a),
    shards: shardsOf(demand, figures, hosts, a),
    recovery: recoveryOf(demand, figures, orders.peakLoad * orders.perSecondMeasured, a),
    cost: costOf(inputs, figures, a),
  };
}

export interface Step {
  readonly dailyUsers: number;
  readonly ordersPerDay: number;
  readonly peakPerSecond: number;
  readonly orderHosts: number;
  readonly gatewayHosts: number;
  readonly exchangeSessions: number;
  /** What no longer fits, the tightest first. */
  readonly breaks: readonly string[];
}

/** A host of 256 buckets has at least this many, so that one more or less is no matter. */
const BUCKETS_PER_HOST_MIN = 8;
const FACTORS = [0.001, 0.01, 0.1, 1, 10];

export function stepsOf(figures: MeasuredFigures, a: Assumed): Step[] {
  return FACTORS.map((factor) => {
    const scaled = { ...a, dailyUsers: a.dailyUsers * factor };
    const demand = demandOf(scaled);
    const perHost = figures.get('ordersPerSecondSustained');
    const orderHosts = hostsFor(demand.peakPerSecond, perHost, scaled);
    const gateways = gatewaysOf(demand, figures, scaled);
    const { sessions } = exchangeSessionsOf(demand, orderHosts, scaled);
    const perOneHost = demand.peakPerSecond / (perHost * a.headroom);
    const oneThread = Math.max(
      gateways.threadsByEvents,
      gateways.threadsByWrites,
      gateways.threadsByStreams,
    );
    const limits: [text: string, share: number][] = [
      ['one gateway thread', oneThread],
      ['the orders of one host', perOneHost],
      [`${a.exchangeSessionsMax} exchange sessions`, sessions / a.exchangeSessionsMax],
      [`${BUCKETS} buckets`, (orderHosts * BUCKETS_PER_HOST_MIN) / BUCKETS],
    ];
    const broken = limits.filter(([, share]) => share > 1).sort(([, x], [, y]) => y - x);
    return {
      dailyUsers: scaled.dailyUsers,
      ordersPerDay: demand.ordersPerDay,
      peakPerSecond: demand.peakPerSecond,
      orderHosts,
      gatewayHosts: oneThread <= 1 ? 0 : gateways.hosts,
      exchangeSessions: sessions,
      breaks: broken.map(([text, share]) => `${text} (${share.toFixed(1)} x)`),
    };
  });
}
