// Text in an SVG: a place, a size and an anchor; what XML reads as its own is escaped.

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly className?: 'text' | 'quiet';
  readonly isBold?: boolean;
}

export function textAt(text: string, place: TextPlace): string {
  const { x, y, size, anchor = 'start', className = 'text', isBold = false } = place;
  const attributes = [
    `class="${className}"`,
    `x="${x.toFixed(1)}"`,
    `y="${y.toFixed(1)}"`,
    `font-size="${size}"`,
    ...(anchor === 'start' ? [] : [`text-anchor="${anchor}"`]),
    ...(isBold ? ['font-weight="600"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escapeXml(text)}</text>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Signs that XML has no way to write at all are left out. */
export function escapeXml(text: string): string {
  return [...text]
    .filter((sign) => sign >= ' ' || sign === '\t' || sign === '\n')
    .map((sign) => ENTITIES[sign] ?? sign)
    .join('');
}
