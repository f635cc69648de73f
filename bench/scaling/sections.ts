// The tables of docs/scaling.md. One that needs a figure which nobody has measured yet says which
// bench to run, and the others stand.
import type { Cell, Table } from '../harness/table.ts';
import { ASSUMPTIONS, type Assumed, type AssumptionName } from './assumptions.ts';
import { capacityOf, stepsOf } from './capacity.ts';
import { demandOf } from './demand.ts';
import { gatewaysOf } from './gateways.ts';
import {
  commandOf,
  FIGURES,
  figureNames,
  type MeasuredFigures,
  MissingFigureError,
} from './measured-figures.ts';
import { orderHostsOf } from './order-hosts.ts';

export interface NotMeasured {
  readonly table: string;
  readonly figure: string;
  readonly command: string;
}

export interface Sections {
  readonly tables: readonly Table[];
  readonly notMeasured: readonly NotMeasured[];
}

type Row = readonly [what: string, value: Cell, unit: string, how: string];
type Build = (figures: MeasuredFigures, a: Assumed) => Table;

const BUILDERS: Readonly<Record<string, Build>> = {
  'measured figures': measuredTable,
  assumptions: assumptionTable,
  'what is asked for': rowsOf(demandRows),
  'hosts for orders': rowsOf(orderRows),
  'hosts for streams': rowsOf(gatewayRows),
  'sessions at the exchange': rowsOf(exchangeRows),
  storage: rowsOf(storageRows),
  'drives and network': rowsOf(driveRows),
  'shard files': rowsOf(shardRows),
  'a host fails': rowsOf(recoveryRows),
  'cost per month': costTable,
  'ten times more': stepTable,
};

export const MODEL_TABLES = ['the model', 'the arithmetic beside the model'] as const;

export function sectionsOf(figures: MeasuredFigures, a: Assumed): Sections {
  const tables: Table[] = [];
  const notMeasured: NotMeasured[] = [];
  for (const [title, build] of Object.entries(BUILDERS)) {
    try {
      tables.push({ ...build(figures, a), title });
    } catch (error) {
      if (!(error instanceof MissingFigureError)) throw error;
      notMeasured.push(notMeasuredOf(title, error));
    }
  }
  return { tables, notMeasured };
}

export function notMeasuredOf(table: string, { figure }: MissingFigureError): NotMeasured {
  return { table, figure, command: commandOf(FIGURES[figure].bench) };
}

function rowsOf(read: (figures: MeasuredFigures, a: Assumed) => readonly Row[]): Build {
  return (figures, a) => ({
    title: '',
    columns: ['what', 'value', 'unit', 'how'],
    rows: read(figures, a),
  });
}

function measuredTable(figures: MeasuredFigures): Table {
  return {
    title: '',
    columns: ['figure', 'value', 'unit', 'what', 'from'],
    rows: figureNames().map((name) => {
      const { file, bench, unit, what } = FIGURES[name];
      const value = figures.values[name] ?? `not measured yet: \`${commandOf(bench)}\``;
      return [`\`${name}\``, value, unit, what, `\`${file}\``];
    }),
  };
}

function assumptionTable(_: MeasuredFigures, a: Assumed): Table {
  const names = Object.keys(ASSUMPTIONS) as AssumptionName[];
  return {
    title: '',
    columns: ['assumption', 'value', 'unit', 'from'],
    rows: names.map((name) => [
      `\`${name}\``,
      a[name],
      ASSUMPTIONS[name].unit,
      ASSUMPTIONS[name].from,
    ]),
  };
}

function demandRows(_: MeasuredFigures, a: Assumed): Row[] {
  const demand = demandOf(a);
  return [
    ['orders per day', demand.ordersPerDay, '', 'users x orders per user'],
    ['on average', demand.averagePerSecond, '/s', 'over a session of 6.5 hours'],
    ["the document's peak", a.documentPeakPerSecond, '/s', ''],
    ['  over the average', demand.documentPeakFactor, 'x', 'a day that is flat'],
    ['the busiest minute', demand.peakPerSecond, '/s', 'the open, by the shape of the day'],
    ['  over the average', demand.peakFactor, 'x', ''],
    ['streams at the peak', demand.streams, '', ''],
    ['price events', demand.priceEventsPerSecond, '/s', 'streams x symbols x updates'],
    [
      'writes to streams',
      demand.streamWritesPerSecond,
      '/s',
      `${demand.writesPerStreamSecond.toFixed(1)} of 10 windows have something for a stream`,
    ],
    ['price updates in', demand.updatesPerSecond, '/s', 'symbols x updates'],
  ];
}

function orderRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const orders = orderHostsOf(demandOf(a), figures, a);
  const { turn } = orders;
  return [
    ['orders/s of one host', orders.perSecondMeasured, '/s', 'measured'],
    ['  placing only', figures.get('ordersPerSecondPlacing'), '/s', 'measured'],
    ['  that its processor alone allows', orders.perSecondByCpu, '/s', 'cores / CPU per order'],
    ['  that it is given', orders.perSecondMeasured * a.headroom, '/s', 'headroom'],
    ["hosts for the document's peak", orders.documentHosts, '', ''],
    ['hosts for the busiest minute', orders.hosts, '', 'the fewest within the headroom'],
    ['busiest host over the average', orders.imbalance, 'x', 'whole buckets, unequal users'],
    ['its load in the busiest minute', percent(orders.peakLoad), '%', ''],
    ['after it took a file of a failed one', percent(orders.loadAfterFailure), '%', ''],
    ['a turn', turn.turnSeconds * 1_000, 'ms', 'four commits'],
    ['  and per order in it', turn.orderSeconds * 1_000, 'ms', 'so that full turns reach it'],
    ['mean wait in the busiest host', orders.waitMeanMs, 'ms', 'the exchange left out'],
  ];
}

function gatewayRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const gateways = gatewaysOf(demandOf(a), figures, a);
  return [
    ['threads by events', Math.ceil(gateways.threadsByEvents), '', 'events / events per thread'],
    ['threads by writes', Math.ceil(gateways.threadsByWrites), '', 'a write of one event each'],
    ['threads by streams', Math.ceil(gateways.threadsByStreams), '', 'as many as were held idle'],
    ['hosts', gateways.hosts, '', `the largest, ${a.gatewayThreadsPerHost} threads each`],
    ['streams per thread', gateways.streamsPerThread, '', ''],
    ['  one host gone, the fullest', gateways.streamsPerThreadMax, '', 'they choose by chance'],
    ['streams that come back, per host', gateways.reconnectsPerHostSecond, '/s', 'within 2 s'],
    ['memory of the streams of a host', gateways.residentBytesPerHost / 1e6, 'MB', 'without TLS'],
    ['to customers', gateways.egressBitsPerSecond / 1e9, 'Gbit/s', 'without TLS'],
    [
      'threads if all were as busy as in the bench',
      Math.ceil(gateways.threadsAsInTheBench),
      '',
      'every window has something for every stream',
    ],
  ];
}

function exchangeRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const { exchange, demand } = capacityOf(figures, a);
  const mappings = demand.peakPerSecond / figures.get('mappingsPerSecond');
  return [
    ['orders and cancels', exchange.messagesPerSecond, '/s', 'busiest minute'],
    ['sessions', exchange.sessions, '', 'by what a session may send'],
    ['  with the same headroom', exchange.sessionsWithHeadroom, '', ''],
    ["the document's most", a.exchangeSessionsMax, '', ''],
    ['if each host had its own pool', exchange.sessionsIfEachHostHadItsOwn, '', '4 + 1 per host'],
    ['price feeds', 1, '', 'one, and one more that waits'],
    ['external ids of the busiest minute', percent(mappings), '%', 'of what one file can take'],
  ];
}

function storageRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const { storage } = capacityOf(figures, a);
  return [
    ['per day', storage.bytesPerDay / 1e9, 'GB', 'orders x bytes per order'],
    ['  by the document', storage.documentBytesPerDay / 1e9, 'GB', '500 bytes per order'],
    ['external ids per day', storage.mappingBytesPerDay / 1e9, 'GB', ''],
    ['per year', storage.bytesPerYear / 1e12, 'TB', `${a.sessionsPerYear} days`],
    [`kept for ${a.retentionYears} years`, storage.bytesRetained / 1e12, 'TB', 'one copy'],
    ['on the hosts', storage.hotBytes / 1e12, 'TB', `${a.hotDays} days, ${a.copies} copies`],
    ['  per host', storage.hotBytesPerHost / 1e12, 'TB', ''],
  ];
}

function driveRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const { drives } = capacityOf(figures, a);
  return [
    [
      'written per host and day',
      drives.writtenBytesPerHostDay / 1e9,
      'GB',
      'log and as much again for the file, with the copies of others',
    ],
    ['a drive takes', drives.enduranceBytes / 1e12, 'TB', 'size x writes per day x years'],
    ['  which is', drives.enduranceYears, 'years', ''],
    ['copies over the network', drives.replicationBitsPerSecond / 1e9, 'Gbit/s', 'busiest minute'],
    ['  per host', drives.replicationBitsPerHostSecond / 1e9, 'Gbit/s', ''],
  ];
}

function shardRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const { shards } = capacityOf(figures, a);
  return [
    ['files', shards.files, '', `${a.filesPerHost} per host`],
    ['buckets per file', shards.bucketsPerFile, '', 'of 256'],
    ['a file', shards.fileBytes / 1e9, 'GB', `${a.hotDays} days`],
    ['to copy it', shards.copySeconds, 's', 'half of the network, while it serves'],
    ['most orders/s by the ids', shards.ordersPerSecondByIds, '/s', 'one per ms and bucket'],
  ];
}

function recoveryRows(figures: MeasuredFigures, a: Assumed): Row[] {
  const { recovery } = capacityOf(figures, a);
  return [
    ['its files are away', recovery.awaySeconds, 's', 'noticed, then started until ready'],
    ['open orders of a host', recovery.openOrdersPerHost, '', "share of a day's orders"],
    ['until each has an answer', recovery.settledSeconds, 's', 'questions to the exchange'],
    ['orders refused', recovery.refused, '', 'busiest host, busiest minute'],
  ];
}

function costTable(figures: MeasuredFigures, a: Assumed): Table {
  const { cost } = capacityOf(figures, a);
  const total = cost.reduce((sum, { usd }) => sum + usd, 0);
  return {
    title: '',
    columns: ['what', 'amount', 'unit', 'USD per month'],
    rows: [
      ...cost.map(({ what, amount, unit, usd }): Cell[] => [what, amount, unit, Math.round(usd)]),
      ['together', null, '', Math.round(total)],
      ['  per daily user', null, '', total / a.dailyUsers],
    ],
  };
}

function stepTable(figures: MeasuredFigures, a: Assumed): Table {
  return {
    title: '',
    columns: [
      'daily users',
      'orders per day',
      'busiest minute /s',
      'order hosts',
      'gateway hosts',
      'exchange sessions',
      'no longer enough',
    ],
    rows: stepsOf(figures, a).map((step) => [
      step.dailyUsers,
      step.ordersPerDay,
      step.peakPerSecond,
      step.orderHosts,
      step.gatewayHosts === 0 ? 'in the broker' : step.gatewayHosts,
      step.exchangeSessions,
      step.breaks.join(', '),
    ]),
  };
}

function percent(share: number): number {
  return share * 100;
}
