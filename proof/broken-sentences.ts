// What an audit has found broken: one sentence per invariant, with the first row that breaks it.
import type { AuditReport } from '../src/domain/audit-report.ts';

export function brokenSentences({ verdicts }: Pick<AuditReport, 'verdicts'>): string[] {
  return verdicts.flatMap(({ invariant, first }) =>
    first === null ? [] : [`${invariant}: ${first.sentence} ${JSON.stringify(first.row)}`],
  );
}
