// What it costs per month, by unit prices that are assumptions: which part is dear, not how dear.
import type { Assumed } from './assumptions.ts';
import type { Gateways } from './gateways.ts';
import type { MeasuredFigures } from './measured-figures.ts';
import type { ExchangeSessions, Storage } from './storage.ts';

const TERABYTE = 1e12;
const MONTHS = 12;

export interface CostLine {
  readonly what: string;
  readonly amount: number;
  readonly unit: string;
  readonly usd: number;
}

export interface CostInputs {
  readonly orderHosts: number;
  readonly gateways: Gateways;
  readonly storage: Storage;
  readonly exchange: ExchangeSessions;
  readonly eventsPerStreamSecond: number;
}

export function costOf(inputs: CostInputs, figures: MeasuredFigures, a: Assumed): CostLine[] {
  const { orderHosts, gateways, storage, exchange, eventsPerStreamSecond } = inputs;
  const cores = (what: string, amount: number): CostLine =>
    line(what, amount, 'cores', a.usdPerCoreMonth);
  const eventsPerDay =
    a.dailyUsers * a.streamShareOverDay * eventsPerStreamSecond * a.sessionSeconds;
  const bytesPerMonth =
    (eventsPerDay * figures.get('bytesPerPriceEvent') * a.sessionsPerYear) / MONTHS;
  const archiveBytes = storage.bytesRetained * a.copies;
  return [
    cores('order hosts', orderHosts * figures.get('orderHostCores')),
    cores('gateway hosts', gateways.hosts * a.gatewayHostCores),
    cores('everything else', a.otherHosts * a.otherHostCores),
    line('drives', storage.hotBytes / TERABYTE, 'TB', a.usdPerDriveTerabyteMonth),
    line('archive, full', archiveBytes / TERABYTE, 'TB', a.usdPerArchiveTerabyteMonth),
    line('price events to customers', bytesPerMonth / TERABYTE, 'TB', a.usdPerEgressTerabyte),
    line('exchange sessions', exchange.sessions, 'sessions', a.usdPerExchangeSessionMonth),
  ];
}

function line(what: string, amount: number, unit: string, price: number): CostLine {
  return { what, amount, unit, usd: amount * price };
}
