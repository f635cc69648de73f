// A verdict as text.
import type { Verdict } from './judge.ts';
import { KINDS } from './pledge.ts';

const FINDINGS_SHOWN = 20;

export function reportText({ findings, proven, claims, files, distancesMs }: Verdict): string {
  const kinds = KINDS.map((kind) => `  ${kind.padEnd(12)}${proven[kind]}`);
  const rows = Object.entries(files).map(
    ([name, { commits, syncs }]) => `  ${name.padEnd(22)}${commits} commits, ${syncs} syncs`,
  );
  const more = findings.length - FINDINGS_SHOWN;
  return [
    'acknowledged writes of which every row was synced before it was told',
    ...kinds,
    `rows proven synced: ${claims}`,
    ...distanceLine('from the sync to the answer', distancesMs.answer),
    ...distanceLine('from the sync to the bytes to the exchange', distancesMs.send),
    'files, over the whole trace',
    ...rows,
    ...findings.slice(0, FINDINGS_SHOWN).map((finding) => `NOT PROVEN ${finding}`),
    ...(more > 0 ? [`... and ${more} more`] : []),
    findings.length === 0 ? 'proven' : `not proven: ${findings.length} findings`,
    '',
  ].join('\n');
}

function distanceLine(what: string, distancesMs: readonly number[]): string[] {
  if (distancesMs.length === 0) return [];
  const sorted = distancesMs.toSorted((one, other) => one - other);
  const shown = (at: number) => `${(sorted[Math.floor(at)] ?? 0).toFixed(2)} ms`;
  return [`${what}: least ${shown(0)}, median ${shown(sorted.length / 2)}`];
}
