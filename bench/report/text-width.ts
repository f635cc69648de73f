// How wide a text will be, without a browser: an estimate on the wide side, for the widest of the
// usual sans-serif fonts, so that what was laid out by it neither overlaps nor is cut.

const NARROW = /[ijlI.,:;'|!()[\]{}/ ]/;
const WIDE = /[mwMW@%—…]/;
const CAPITAL = /[A-Z&#+=<>~_]/;

export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const sign of text) ems += emsOf(sign);
  return ems * fontSize;
}

/** Broken between words; a word that is too long for a line is broken where it has to be. */
export function wrapped(text: string, widthMax: number, fontSize: number): string[] {
  const fits = (line: string): boolean => textWidth(line, fontSize) <= widthMax;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const sign of word) {
      if (line !== '' && !fits(line + sign)) {
        lines.push(line);
        line = '';
      }
      line += sign;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

function emsOf(sign: string): number {
  if (sign > '\u2e80') return 1.05; // signs of East Asia, and emoji
  if (NARROW.test(sign)) return 0.4;
  if (WIDE.test(sign)) return 1;
  return CAPITAL.test(sign) ? 0.8 : 0.64;
}
