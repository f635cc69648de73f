// A report for people: a line per invariant, then the first break in full.
import type { AuditReport, Verdict } from '../domain/audit-report.ts';

const WORDS = { held: 'held', broken: 'BROKEN', not_judged: 'not judged' } as const;

export function reportText(report: AuditReport): string {
  const { directory, venueLog, watermark, settled, verdicts } = report;
  const mark = watermark === null ? 'none' : `${watermark.epoch}:${watermark.seq}`;
  const head = [
    `audit of ${directory}${settled ? ', settled' : ''}`,
    `exchange log: ${venueLog ?? 'none'}; feed watermark: ${mark}`,
    '',
  ];
  return [...head, ...verdicts.map(lineOf), '', ...ending(report), ''].join('\n');
}

function lineOf({ invariant, sentence, outcome, counted, notJudged, findings }: Verdict): string {
  const counts = Object.entries(counted).map(([noun, count]) => `${count} ${noun}`);
  if (findings > 0) counts.push(`${findings} broken`);
  const parts = [counts.join(', '), notJudged === null ? '' : `not judged: ${notJudged}`];
  const told = parts.filter((part) => part !== '').join('; ');
  const word = WORDS[outcome].padEnd(10);
  return `${invariant.padEnd(4)}${word}  ${sentence}${told === '' ? '' : ` (${told})`}`;
}

function ending({ outcome, verdicts }: AuditReport): string[] {
  const broken = verdicts.find(({ first }) => first !== null);
  if (outcome === 'held' || broken === undefined || broken.first === null) {
    return ['All invariants that were judged hold.'];
  }
  const { invariant, first } = broken;
  const rows = Object.entries(first.row).map(([name, value]) => `  ${name}: ${String(value)}`);
  return [`First break: ${invariant}, ${first.sentence}`, ...rows];
}
