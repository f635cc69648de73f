// From values to places on an axis: nice ticks whose labels do not touch, linear or logarithmic.
// What is not above zero has no logarithm: it gets a place of its own before the axis begins.

export interface Tick {
  readonly value: number;
  readonly label: string;
  /** In pixels from the beginning of the axis. */
  readonly at: number;
}

export interface PlotAxis {
  readonly ticks: readonly Tick[];
  /** Lines without a label, between the ticks of a logarithmic axis. */
  readonly minor: readonly number[];
  /** Of a logarithmic axis: where it begins when zero has a place before it; otherwise 0. */
  readonly zeroBand: number;
  at(value: number): number;
}

export interface AxisSpace {
  readonly length: number;
  /** What a label takes along the axis, with the gap to the next. */
  sizeOf(label: string): number;
  /** Whether zero is always on a linear axis: what is compared by height is cut off otherwise. */
  readonly withZero: boolean;
}

type Range = readonly [low: number, high: number];

const ZERO_BAND = 36;
const LINEAR_TICK_COUNTS = [8, 6, 5, 4, 3, 2, 1];
const STEPS = [1, 2, 5, 10];
const MINOR_DECADES_MAX = 5;

export function plotAxis(
  scale: 'linear' | 'log',
  values: readonly number[],
  space: AxisSpace,
): PlotAxis {
  return scale === 'log' ? logAxis(values, space) : linearAxis(values, space);
}

function linearAxis(values: readonly number[], space: AxisSpace): PlotAxis {
  const range = linearRange(values, space.withZero);
  const axes = LINEAR_TICK_COUNTS.map((count) => linearAxisOf(range, count, space));
  return firstThatFits(axes, space);
}

function linearAxisOf(range: Range, count: number, { length }: AxisSpace): PlotAxis {
  const step = niceStep((range[1] - range[0]) / count);
  const first = Math.floor(range[0] / step + 1e-9);
  const last = Math.ceil(range[1] / step - 1e-9);
  const at = (value: number): number => ((value / step - first) / (last - first)) * length;
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    tickAt(exact((first + index) * step), at),
  );
  return { ticks, minor: [], zeroBand: 0, at };
}

/** From zero, unless that may be left out and is far from all that was measured. */
function linearRange(values: readonly number[], withZero: boolean): Range {
  if (values.length === 0) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (low === 0 && high === 0) return [0, 1];
  if (low >= 0) return [!withZero && low > high / 2 && low < high ? low : 0, high];
  return [low, Math.max(high, 0)];
}

function logAxis(values: readonly number[], space: AxisSpace): PlotAxis {
  const positive = values.filter((value) => value > 0);
  const others = values.filter((value) => value <= 0);
  const [low, high] = logRange(positive);
  const zeroBand = others.length > 0 ? ZERO_BAND : 0;
  const decades = Math.log10(high / low);
  const at = (value: number): number =>
    value <= 0 ? 0 : zeroBand + (Math.log10(value / low) / decades) * (space.length - zeroBand);
  const zeroLabel = others.every((value) => value === 0) ? '0' : '≤ 0';
  const zero = others.length > 0 ? [{ value: 0, label: zeroLabel, at: 0 }] : [];
  const axes = labelledOf(low, high).map((labelled) => {
    const ticks = [...zero, ...labelled.map((value) => tickAt(value, at))];
    return { ticks, minor: minorOf(low, high, labelled).map(at), zeroBand, at };
  });
  return firstThatFits(axes, space);
}

/** The nearest of 1, 2, 5, 10, 20 and so on, on both sides. */
function logRange(values: readonly number[]): Range {
  if (values.length === 0) return [1, 10];
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const low = logSteps(least / 10, least).at(-1) ?? least;
  const high = logSteps(most, most * 10)[0] ?? most;
  if (low < high) return [low, high];
  return [logSteps(low / 10, low).at(-2) ?? low / 2, logSteps(high, high * 10)[1] ?? high * 2];
}

/** From many labels to few: 1, 2 and 5 of each decade, each power of ten, every second power. */
function labelledOf(low: number, high: number): number[][] {
  const steps = logSteps(low, high);
  const powers = steps.filter((value) => Number.isInteger(log10(value)));
  const some = [2, 3, 4, 6, 8, 12, 24, 48, 96, 700].map((each) =>
    powers.filter((value) => log10(value) % each === 0),
  );
  return [steps, powers, ...some].filter((labelled) => labelled.length > 0);
}

function logSteps(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low)) - 1;
  const last = Math.ceil(Math.log10(high)) + 1;
  const values: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const step of [1, 2, 5]) values.push(Number(`${step}e${power}`));
  }
  return values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

function minorOf(low: number, high: number, labelled: readonly number[]): number[] {
  if (Math.log10(high / low) > MINOR_DECADES_MAX) return [];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (let step = 1; step < 10; step++) values.push(Number(`${step}e${power}`));
  }
  return values.filter((value) => value > low && value < high && !labelled.includes(value));
}

function firstThatFits(axes: readonly PlotAxis[], { sizeOf }: AxisSpace): PlotAxis {
  const isClear = ({ ticks }: PlotAxis): boolean =>
    ticks.every((tick, index) => {
      const next = ticks[index + 1];
      if (next === undefined) return true;
      return next.at - tick.at >= (sizeOf(tick.label) + sizeOf(next.label)) / 2;
    });
  const found = axes.find(isClear) ?? axes.at(-1);
  if (found === undefined) throw new RangeError('an axis has to have one way to draw it');
  return found;
}

function tickAt(value: number, at: (value: number) => number): Tick {
  return { value, label: tickLabel(value), at: at(value) };
}

/** As a person writes it: 0.05, 20, 5,000, 2 M, 1e-7. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return String(exact(value)).replace('e+', 'e');
  if (size >= 1e9) return `${grouped(value / 1e9)} G`;
  if (size >= 1e6) return `${grouped(value / 1e6)} M`;
  return grouped(value);
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 10 });
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return exact(step * power);
}

/** Without the last digits, in which only the arithmetic shows. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

function log10(power: number): number {
  const exponent = Math.log10(power);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? Math.round(exponent) : exponent;
}
