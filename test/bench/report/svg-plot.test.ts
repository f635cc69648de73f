import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plot, Series } from '../../../bench/harness/plot.ts';
import { svgPlot } from '../../../bench/report/svg-plot.ts';
import { escapeXml } from '../../../bench/report/svg-text.ts';
import { textWidth, wrapped } from '../../../bench/report/text-width.ts';

const SERIES: Series = {
  name: 'outcry',
  points: [
    [1, 2],
    [10, 30],
  ],
};

function plotOf(series: readonly Series[], more: Partial<Plot> = {}): Plot {
  const x = { label: 'orders per second', scale: 'log' } as const;
  const y = { label: 'latency, ms', scale: 'log' } as const;
  return { name: 'a-plot', title: 'A plot', x, y, series, ...more };
}

const count = (text: string, part: string): number => text.split(part).length - 1;

test('the same plot gives the same bytes', () => {
  assert.equal(svgPlot(plotOf([SERIES])), svgPlot(structuredClone(plotOf([SERIES]))));
});

test('title, labels and names are there, escaped', () => {
  const svg = svgPlot(plotOf([{ ...SERIES, name: 'a < b & "c"' }], { title: "<script>'x'" }));
  assert(svg.includes('>a &lt; b &amp; &quot;c&quot;</text>'));
  assert(svg.includes('>&lt;script&gt;&#39;x&#39;</text>'));
  assert(svg.includes('>orders per second</text>') && svg.includes('>latency, ms</text>'));
  assert.doesNotMatch(svg, /<script/);
});

test('what XML cannot hold is left out', () => {
  assert.equal(escapeXml('a\u0000b\u001bc\td'), 'abc\td');
});

test('light and dark each have their colours', () => {
  assert.match(svgPlot(plotOf([SERIES])), /@media \(prefers-color-scheme: dark\)/);
});

const ODD: [what: string, series: Series[]][] = [
  ['no series', []],
  ['an empty series', [{ name: 'none', points: [] }]],
  ['one point', [{ name: 'one', points: [[5, 5]] }]],
  [
    'zero on both axes',
    [
      {
        name: 'zero',
        points: [
          [0, 0],
          [10, 5],
        ],
      },
    ],
  ],
  ['nothing but zero', [{ name: 'zero', points: [[0, 0]] }]],
  [
    'equal values',
    [
      {
        name: 'same',
        points: [
          [7, 7],
          [7, 7],
        ],
      },
    ],
  ],
  [
    'what was no number',
    [
      {
        name: 'gap',
        points: [
          [1, 1],
          [2, Number.NaN],
          [3, 3],
        ],
      },
    ],
  ],
  ['many series', Array.from({ length: 11 }, (_, at) => ({ ...SERIES, name: `peer ${at}` }))],
  ['a long name', [{ ...SERIES, name: 'word '.repeat(60) }, SERIES]],
  ['many points', [{ name: 'many', points: Array.from({ length: 900 }, (_, at) => [at, at]) }]],
];

for (const [what, series] of ODD) {
  for (const scale of ['linear', 'log'] as const) {
    test(`${what}, ${scale}: numbers only, and all text within the picture`, () => {
      const axis = { label: 'a long label with its unit, ms '.repeat(6), scale };
      const svg = svgPlot(plotOf(series, { x: axis, y: axis, title: 'Long title '.repeat(20) }));
      assert.doesNotMatch(svg, /NaN|Infinity|undefined|null/);
      assertTextIsInside(svg);
    });
  }
}

test('an empty series is named as such, and an empty plot says so', () => {
  const svg = svgPlot(plotOf([{ name: 'none', points: [] }]));
  assert(svg.includes('none (no points)') && svg.includes('nothing was measured'));
  assert.doesNotMatch(svgPlot(plotOf([SERIES])), /nothing was measured/);
});

test('a line is broken where a number is missing', () => {
  const points = [
    [1, 1],
    [2, 2],
    [3, null],
    [4, 4],
    [5, 5],
  ] as unknown as Series['points'];
  const svg = svgPlot(plotOf([{ name: 'gap', points }]));
  const path = /class="s0 line" d="(M[^"]*L[^"]*)"/.exec(svg)?.[1] ?? '';
  assert.equal(count(path, 'M'), 2);
});

test('eight series differ in colour, marker and dash; the ninth is hollow', () => {
  const series = Array.from({ length: 9 }, (_, at) => ({ ...SERIES, name: `peer ${at}` }));
  const svg = svgPlot(plotOf(series));
  const markers = new Set([...svg.matchAll(/class="s\d solid" d="([^"]*)"/g)].map(([, d]) => d));
  const classes = new Set([...svg.matchAll(/class="(s\d) line"/g)].map(([, name]) => name));
  assert.equal(markers.size, 8);
  assert.equal(classes.size, 8);
  assert.match(svg, /class="s0 hollow"/);
});

test('a line of many points has few markers, of which one is the last', () => {
  const points = Array.from({ length: 900 }, (_, at) => [at, at] as const);
  const linear = { label: 'n', scale: 'linear' } as const;
  const svg = svgPlot(plotOf([{ name: 'many', points }], { x: linear, y: linear }));
  assert(count(svg, 'class="s0 solid"') < 50);
});

test('text is broken between words, and within one that is too long', () => {
  assert.deepEqual(wrapped('one two three', textWidth('one two', 10), 10), ['one two', 'three']);
  const parts = wrapped('abcdefghij', textWidth('abcd', 10), 10);
  assert.equal(parts.join(''), 'abcdefghij');
  assert(parts.length >= 3);
  assert.deepEqual(wrapped('', 100, 10), []);
});

/** By the same estimate of widths as the layout; rendered, texts are narrower. */
function assertTextIsInside(svg: string): void {
  const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  const texts = svg.matchAll(
    /<text class="\w+" x="([-\d.]+)" y="([-\d.]+)" font-size="(\d+)"(.*?)>([^<]*)</g,
  );
  let seen = 0;
  for (const [, x = '', y = '', size = '', more = '', text = ''] of texts) {
    const wide = textWidth(text, Number(size));
    const left = Number(x) - (more.includes('middle') ? wide / 2 : more.includes('end') ? wide : 0);
    assert(left >= -1 && left + wide <= Number(width) + 1, `"${text}" is cut`);
    assert(Number(y) >= Number(size) && Number(y) <= Number(height) - 4, `"${text}" is cut`);
    seen++;
  }
  assert(seen > 4);
}
