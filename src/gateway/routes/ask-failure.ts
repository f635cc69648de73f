// What a route answers when its actor did not. A read changes nothing, so whatever the reason it
// can simply be repeated.
import type { AskFailure } from '../../runtime/actor.ts';
import { problem } from '../problem.ts';
import type { JsonAnswer } from '../route.ts';

export function readFailure(failure: AskFailure): JsonAnswer {
  return problem(failure.outcome === 'failed' ? 'internal_error' : 'busy');
}

/** A command may have been carried out all the same, unless its failure is definite. */
export function commandFailure(failure: AskFailure): JsonAnswer {
  switch (failure.outcome) {
    case 'not_delivered':
      return problem('busy');
    case 'failed':
      return problem('internal_error');
    case 'unknown':
      return problem('outcome_unknown', { members: { outcome: 'unknown' } });
  }
}
