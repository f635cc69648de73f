// The legend of a plot: which line is which, in rows that break where the width ends.
import { lineAlong, markerAt, seriesStyle } from './plot-style.ts';
import { textAt } from './svg-text.ts';
import { textWidth, wrapped } from './text-width.ts';

export interface Legend {
  readonly height: number;
  readonly lines: readonly string[];
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

const FONT_SIZE = 13;
const LINE_HEIGHT = 20;
const KEY_WIDTH = 34;
const GAP = 22;

export function legendOf(names: readonly string[], { left, top, width }: Area): Legend {
  const lines: string[] = [];
  let x = 0;
  let y = 0;
  names.forEach((name, index) => {
    const parts = wrapped(name, width - KEY_WIDTH, FONT_SIZE);
    const entryWidth = KEY_WIDTH + Math.max(0, ...parts.map((part) => textWidth(part, FONT_SIZE)));
    if (x > 0 && x + entryWidth > width) {
      x = 0;
      y += LINE_HEIGHT;
    }
    lines.push(...keyAt(index, left + x, top + y + LINE_HEIGHT / 2));
    parts.forEach((part, row) => {
      const baseline = top + y + row * LINE_HEIGHT + 14.5;
      lines.push(textAt(part, { x: left + x + KEY_WIDTH, y: baseline, size: FONT_SIZE }));
    });
    x += entryWidth + GAP;
    if (parts.length > 1) {
      x = 0;
      y += parts.length * LINE_HEIGHT;
    }
  });
  return { height: names.length === 0 ? 0 : y + (x > 0 ? LINE_HEIGHT : 0), lines };
}

function keyAt(index: number, left: number, middle: number): string[] {
  const style = seriesStyle(index);
  const [from, to] = [left.toFixed(1), (left + KEY_WIDTH - 8).toFixed(1)];
  return [
    lineAlong(style, `M${from} ${middle.toFixed(1)}H${to}`),
    markerAt(style, (left + (KEY_WIDTH - 8) / 2).toFixed(1), middle.toFixed(1)),
  ];
}
