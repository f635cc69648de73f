// The refusal of a stream that names what the exchange does not list.
import { problem } from '../problem.ts';
import type { JsonAnswer } from '../route.ts';

export function unknownSymbols(symbols: readonly string[]): JsonAnswer {
  const detail = `The exchange does not list: ${symbols.join(', ')}.`;
  return problem('unknown_symbol', { detail, members: { symbols } });
}
