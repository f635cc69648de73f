// Draws a plot of a record as an SVG: title, legend, axes, then lines and markers. The same plot
// gives the same bytes, and nothing is drawn that is not in the plot.
import type { Plot, Series } from '../harness/plot.ts';
import { type PlotAxis, plotAxis } from './plot-axis.ts';
import { legendOf } from './plot-legend.ts';
import { lineAlong, markerAt, STYLE_SHEET, seriesStyle } from './plot-style.ts';
import { escapeXml, textAt } from './svg-text.ts';
import { textWidth, wrapped } from './text-width.ts';

type Point = Series['points'][number];

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
}

interface Block {
  readonly height: number;
  readonly lines: readonly string[];
}

const WIDTH = 760;
const MARGIN = 20;
const INNER_WIDTH = WIDTH - 2 * MARGIN;
const FRAME_HEIGHT = 300;
const TITLE_SIZE = 16;
const LABEL_SIZE = 13;
const TICK_SIZE = 12;
const TICK_GAP = 8;
const FONTS = "ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
/** With more points than that in a line, not each has a marker. */
const MARKERS_MAX = 40;

export function svgPlot(plot: Plot): string {
  const title = textBlock(plot.title, { top: 14, size: TITLE_SIZE, isBold: true });
  const legendTop = 14 + title.height + 6;
  const legend = legendOf(plot.series.map(nameOf), {
    left: MARGIN,
    top: legendTop,
    width: INNER_WIDTH,
  });
  const yLabelTop = legendTop + legend.height + 8;
  const yLabel = textBlock(plot.y.label, { top: yLabelTop, size: LABEL_SIZE });
  const frame = frameOf(plot, yLabelTop + yLabel.height + 14);
  const xLabelTop = frame.top + frame.height + 26;
  const xLabel = textBlock(plot.x.label, {
    top: xLabelTop,
    size: LABEL_SIZE,
    middle: frame.left + frame.width / 2,
  });
  const height = Math.ceil(xLabelTop + xLabel.height + 14);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}"` +
      ` height="${height}" role="img" aria-labelledby="title desc" font-family="${FONTS}">`,
    `<title id="title">${escapeXml(plot.title)}</title>`,
    `<desc id="desc">${escapeXml(descriptionOf(plot))}</desc>`,
    STYLE_SHEET,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    ...[title, legend, yLabel].flatMap(({ lines }) => lines),
    ...axisLines(frame),
    ...plot.series.flatMap((series, index) => seriesLines(series, index, frame)),
    ...emptyNotice(plot, frame),
    ...xLabel.lines,
    '</svg>',
    '',
  ].join('\n');
}

function nameOf(series: Series): string {
  return pointsOf(series).length === 0 ? `${series.name} (no points)` : series.name;
}

function descriptionOf({ x, y, series }: Plot): string {
  return `${y.label} by ${x.label}: ${series.map(nameOf).join('; ')}`;
}

interface TextBlockPlace {
  readonly top: number;
  readonly size: number;
  readonly isBold?: boolean;
  /** Centred there, or from the left margin on. */
  readonly middle?: number;
}

function textBlock(text: string, { top, size, isBold = false, middle }: TextBlockPlace): Block {
  const room = middle === undefined ? INNER_WIDTH : 2 * (Math.min(middle, WIDTH - middle) - MARGIN);
  const rows = wrapped(text, room / (isBold ? 1.08 : 1), size);
  const lineHeight = Math.round(size * 1.4);
  const anchor = middle === undefined ? 'start' : 'middle';
  const lines = rows.map((row, index) => {
    const y = top + index * lineHeight + size;
    return textAt(row, { x: middle ?? MARGIN, y, size, anchor, isBold });
  });
  return { height: rows.length * lineHeight, lines };
}

/** The vertical axis first: how wide its labels are decides how much is left for the other. */
function frameOf(plot: Plot, top: number): Frame {
  const points = plot.series.flatMap(pointsOf);
  const y = plotAxis(
    plot.y.scale,
    points.map((point) => point[1]),
    { length: FRAME_HEIGHT, sizeOf: () => 2 * TICK_SIZE, withZero: true },
  );
  const widest = Math.max(...y.ticks.map(({ label }) => textWidth(label, TICK_SIZE)));
  const left = MARGIN + widest + TICK_GAP;
  const sizeOf = (label: string): number => textWidth(label, TICK_SIZE) + 14;
  const xValues = points.map((point) => point[0]);
  const xOf = (length: number): PlotAxis =>
    plotAxis(plot.x.scale, xValues, { length, sizeOf, withZero: false });
  const wide = xOf(WIDTH - MARGIN - left);
  // The last label is centred on the end of the axis: half of it stands beyond.
  const beyond = textWidth(wide.ticks.at(-1)?.label ?? '', TICK_SIZE) / 2;
  const width = WIDTH - Math.max(MARGIN, beyond + 8) - left;
  return { left, top, width, height: FRAME_HEIGHT, x: xOf(width), y };
}

function axisLines({ left, top, width, height, x, y }: Frame): string[] {
  const bottom = top + height;
  const across = (at: number, name: string) =>
    `<path class="${name}" d="M${px(left)} ${px(bottom - at)}h${px(width)}"/>`;
  const upright = (at: number, name: string) =>
    `<path class="${name}" d="M${px(left + at)} ${px(top)}v${px(height)}"/>`;
  const yText = { x: left - TICK_GAP, size: TICK_SIZE, anchor: 'end', className: 'quiet' } as const;
  const xText = { y: bottom + 18, size: TICK_SIZE, anchor: 'middle', className: 'quiet' } as const;
  return [
    ...y.minor.map((at) => across(at, 'minor')),
    ...x.minor.map((at) => upright(at, 'minor')),
    ...y.ticks.map(({ at }) => across(at, 'grid')),
    ...x.ticks.map(({ at }) => upright(at, 'grid')),
    ...y.ticks.map(({ label, at }) => textAt(label, { ...yText, y: bottom - at + 4 })),
    ...x.ticks.map(({ label, at }) => textAt(label, { ...xText, x: left + at })),
    axisLine(`M${px(left)} ${px(bottom - y.zeroBand)}V${px(top)}`),
    axisLine(`M${px(left + x.zeroBand)} ${px(bottom)}H${px(left + width)}`),
    // Between zero and where a logarithmic axis begins there is no scale: broken lines say so.
    ...(y.zeroBand > 0 ? [axisLine(`M${px(left)} ${px(bottom)}v${px(-y.zeroBand)}`, '2 4')] : []),
    ...(x.zeroBand > 0 ? [axisLine(`M${px(left)} ${px(bottom)}h${px(x.zeroBand)}`, '2 4')] : []),
  ];
}

function axisLine(path: string, dash = ''): string {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path class="axis" d="${path}"${dashes}/>`;
}

/** The line is broken where a number is missing: nobody knows how it went there. */
function seriesLines(series: Series, index: number, frame: Frame): string[] {
  const { left, top, height, x, y } = frame;
  const style = seriesStyle(index);
  const place = (point: Point) => [px(left + x.at(point[0])), px(top + height - y.at(point[1]))];
  let path = '';
  let pen = 'M';
  for (const point of series.points) {
    path += isKnown(point) ? `${pen}${place(point).join(' ')}` : '';
    pen = isKnown(point) ? 'L' : 'M';
  }
  const points = pointsOf(series);
  const each = Math.ceil(points.length / MARKERS_MAX);
  const marked = points.filter((_, at) => at % each === 0 || at === points.length - 1);
  const markers = marked.map((point) => {
    const [atX = '', atY = ''] = place(point);
    return markerAt(style, atX, atY);
  });
  return [...(points.length > 1 ? [lineAlong(style, path)] : []), ...markers];
}

function emptyNotice(plot: Plot, { left, top, width, height }: Frame): string[] {
  if (plot.series.some((series) => pointsOf(series).length > 0)) return [];
  const place = { x: left + width / 2, y: top + height / 2, size: LABEL_SIZE } as const;
  return [textAt('nothing was measured', { ...place, anchor: 'middle' })];
}

function pointsOf({ points }: Series): Point[] {
  return points.filter(isKnown);
}

/** What was not a number is null in a record. */
function isKnown([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}
