// The first answer to every cancel, for ever: repeating a cancelId repeats it. A number each, not
// an object.
import type { CancelResult } from '../port.ts';

const UNKNOWN_ORDER = -1;

export class CancelAnswers {
  /** -1, or cumQty x 2, plus 1 when the order was closed already. */
  readonly #answers = new Map<string, number>();

  remember(result: CancelResult): void {
    this.#answers.set(result.cancelId, numberOf(result));
  }

  find(cancelId: string): CancelResult | null {
    const answer = this.#answers.get(cancelId);
    if (answer === undefined) return null;
    if (answer === UNKNOWN_ORDER) {
      return { outcome: 'refused', cancelId, reason: 'unknown_order', cumQty: null };
    }
    const cumQty = Math.floor(answer / 2);
    if (answer % 2 === 0) return { outcome: 'cancelled', cancelId, cumQty };
    return { outcome: 'refused', cancelId, reason: 'too_late', cumQty };
  }
}

function numberOf(result: CancelResult): number {
  if (result.cumQty === null) return UNKNOWN_ORDER;
  return result.cumQty * 2 + (result.outcome === 'cancelled' ? 0 : 1);
}
