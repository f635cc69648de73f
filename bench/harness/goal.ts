// What a bench was to reach, beside what it has reached. A goal that was missed is printed as such.
import type { Table } from './table.ts';

export interface Goal {
  readonly what: string;
  readonly unit: string;
  readonly goal: number;
  /** At least the goal, or at most. */
  readonly sense: 'at_least' | 'at_most';
  /** Null when it could not be measured here; `why` then says why. */
  readonly measured: number | null;
  readonly why?: string;
}

export function isReached({ goal, sense, measured }: Goal): boolean {
  if (measured === null) return false;
  return sense === 'at_least' ? measured >= goal : measured <= goal;
}

export function goalTable(goals: readonly Goal[]): Table {
  return {
    title: 'goals',
    columns: ['what', 'goal', 'measured', 'unit', 'reached'],
    rows: goals.map((goal) => [
      goal.what,
      `${goal.sense === 'at_least' ? '>=' : '<='} ${goal.goal.toLocaleString('en-US')}`,
      goal.measured,
      goal.unit,
      verdictOf(goal),
    ]),
  };
}

function verdictOf(goal: Goal): string {
  if (goal.measured === null) return `not measured: ${goal.why ?? 'no reason was given'}`;
  return isReached(goal) ? 'yes' : 'MISSED';
}
