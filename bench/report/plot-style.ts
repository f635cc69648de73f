// How a plot looks: colours that keep apart for the colour-blind, on white and on black, and with
// each a marker and a dash of its own, so that nothing is told by colour alone.

export interface SeriesStyle {
  /** The class of its colour; from the ninth series on colours repeat, with hollow markers. */
  readonly className: string;
  readonly marker: MarkerShape;
  readonly dash: string;
  readonly isHollow: boolean;
}

type MarkerShape = keyof typeof MARKERS;

/** Okabe and Ito's, darker on white and lighter on black where their contrast is too low. */
const COLORS: readonly (readonly [light: string, dark: string])[] = [
  ['#0072b2', '#4aa8e8'],
  ['#c4430a', '#ff8a3d'],
  ['#00805c', '#1fc492'],
  ['#a8327d', '#e88fc5'],
  ['#2b2f36', '#f0f3f6'],
  ['#b08f00', '#f0e442'],
  ['#3f97d1', '#a6dcff'],
  ['#7a3b22', '#a8765c'],
];

/** Drawn around 0, 0, about 4 pixels to each side. */
const MARKERS = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  square: 'M-3.5 -3.5h7v7h-7z',
  triangle: 'M0 -4.6L4.6 3.6H-4.6z',
  diamond: 'M0 -5.2L5.2 0L0 5.2L-5.2 0z',
  wedge: 'M0 4.6L4.6 -3.6H-4.6z',
  plus: 'M-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z',
  cross: 'M-5 -2.9L-2.9 -5L0 -2.1L2.9 -5L5 -2.9L2.1 0L5 2.9L2.9 5L0 2.1L-2.9 5L-5 2.9L-2.1 0z',
  star: 'M0 -6L1.5 -2.1L5.7 -1.9L2.4 0.8L3.5 4.9L0 2.5L-3.5 4.9L-2.4 0.8L-5.7 -1.9L-1.5 -2.1z',
} as const;

const SHAPES = Object.keys(MARKERS) as readonly MarkerShape[];
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '', '5 2', '1 4', '12 4'] as const;

export function seriesStyle(index: number): SeriesStyle {
  const color = index % COLORS.length;
  return {
    className: `s${color}`,
    marker: SHAPES[color] ?? 'circle',
    dash: DASHES[color] ?? '',
    isHollow: Math.floor(index / COLORS.length) % 2 === 1,
  };
}

export function markerAt(style: SeriesStyle, x: string, y: string): string {
  const { className, marker, isHollow } = style;
  const fill = isHollow ? 'hollow' : 'solid';
  const place = `transform="translate(${x} ${y})"`;
  return `<path class="${className} ${fill}" d="${MARKERS[marker]}" ${place}/>`;
}

export function lineAlong(style: SeriesStyle, path: string): string {
  const dash = style.dash === '' ? '' : ` stroke-dasharray="${style.dash}"`;
  return `<path class="${style.className} line" d="${path}"${dash}/>`;
}

export const STYLE_SHEET = [
  '<style>',
  '.page { fill: #ffffff; stroke: none; }',
  '.grid { stroke: #d8dee4; }',
  '.minor { stroke: #eff1f4; }',
  '.axis { stroke: #57606a; }',
  '.text { fill: #1f2328; }',
  '.quiet { fill: #57606a; }',
  '.line { fill: none; stroke-width: 2; stroke-linejoin: round; }',
  '.solid { stroke-width: 1; stroke: #ffffff; }',
  '.hollow { stroke-width: 1.5; fill: #ffffff; }',
  ...COLORS.map(([light], index) => colorRule(index, light)),
  '@media (prefers-color-scheme: dark) {',
  '.page { fill: #0d1117; }',
  '.grid { stroke: #30363d; }',
  '.minor { stroke: #1c2128; }',
  '.axis { stroke: #9198a1; }',
  '.text { fill: #e6edf3; }',
  '.quiet { fill: #9198a1; }',
  '.solid { stroke: #0d1117; }',
  '.hollow { fill: #0d1117; }',
  ...COLORS.map(([, dark], index) => colorRule(index, dark)),
  '}',
  '</style>',
].join('\n');

function colorRule(index: number, color: string): string {
  const name = `.s${index}`;
  return `${name}.line, ${name}.hollow { stroke: ${color}; } ${name}.solid { fill: ${color}; }`;
}
