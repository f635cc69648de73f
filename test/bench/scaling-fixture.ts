// Figures that nobody measured, for tests of the arithmetic only; and a day small enough for them.
import { assumed } from '../../bench/scaling/assumptions.ts';
import { MeasuredFigures } from '../../bench/scaling/measured-figures.ts';

export const FIXTURE = {
  ordersPerSecondSustained: 2_500,
  ordersPerSecondPlacing: 3_000,
  brokerCpuMicrosecondsPerOrder: 600,
  orderHostCores: 2,
  bytesPerOrder: 2_000,
  walBytesPerOrder: 12_000,
  readySeconds: 2,
  reconcileSecondsPer100kOpen: 20,
  eventsPerSecondPerGatewayThread: 500_000,
  streamsPerGatewayThread: 10_000,
  priceAgeP99Ms: 180,
  gatewayMicrosecondsPerWrite: 8,
  bytesPerPriceEvent: 200,
  bytesPerIdleStream: 4_000,
  idleStreamsHeld: 15_000,
  fdatasyncMs: 0.15,
  bytesPerMapping: 40,
  mappingsPerSecond: 300_000,
} as const;

export const figures = new MeasuredFigures(FIXTURE);

/** A hundredth of the users, on hosts of a hundredth: the same numbers of hosts. */
export const SMALL = assumed({ dailyUsers: 200_000, programsPer10k: 10, ordersPerProgram: 500 });
export const smallFigures = new MeasuredFigures({
  ...FIXTURE,
  ordersPerSecondSustained: 25,
  fdatasyncMs: 10,
});
