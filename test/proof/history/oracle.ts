// Judges a history of one key by trying everything: each order of the requests that time allows,
// with each unknown one carried out or not, on a broker that does one thing after the other. Slow,
// and too simple to be wrong.
import fc from 'fast-check';

/** What a request asks for: two requests with one key may differ. */
export type Terms = 'these' | 'others';

/** What its client was told. */
export type Told = 'made' | 'replayed' | 'mismatch' | 'check' | 'unseen' | 'nothing';

export interface KeyedRequest {
  readonly begunAt: number;
  readonly endedAt: number;
  readonly terms: Terms;
  readonly told: Told;
}

/** Whether some run of a correct broker shows this, and has made `made` in the end. */
export function isExplainable(requests: readonly KeyedRequest[], made: Terms | null): boolean {
  return leadsTo(requests, null, made);
}

function leadsTo(left: readonly KeyedRequest[], state: Terms | null, made: Terms | null): boolean {
  if (left.length === 0) return state === made;
  return left.some((next) => {
    const rest = left.filter((other) => other !== next);
    if (rest.some((other) => endOf(other) < next.begunAt)) return false; // that one came before
    return statesAfter(next, state).some((after) => leadsTo(rest, after, made));
  });
}

/** None: a correct broker cannot have said that. */
function statesAfter({ told, terms }: KeyedRequest, state: Terms | null): (Terms | null)[] {
  switch (told) {
    case 'made':
      return state === null ? [terms] : [];
    case 'replayed':
      return state === terms ? [state] : [];
    case 'mismatch':
      return state !== null && state !== terms ? [state] : [];
    case 'check':
      return state === null ? [state] : [];
    case 'unseen':
      return [state];
    case 'nothing':
      return state === null ? [null, terms] : [state];
  }
}

/** What nobody has heard of may still come. */
function endOf({ told, endedAt }: KeyedRequest): number {
  return told === 'nothing' ? Infinity : endedAt;
}

const TOLD: readonly Told[] = ['made', 'replayed', 'mismatch', 'check', 'unseen', 'nothing'];

/** Up to four requests, in every interleaving. */
export const someRequests: fc.Arbitrary<KeyedRequest[]> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: 2 * count }, (_, tick) => tick + 1),
        { minLength: 2 * count },
      ),
      fc.array(fc.tuple(fc.constantFrom(...TOLD), fc.constantFrom<Terms>('these', 'others')), {
        minLength: count,
        maxLength: count,
      }),
    ),
  )
  .map(([ticks, kinds]) =>
    kinds.map(([told, terms], index) => {
      const [one = 0, other = 0] = ticks.slice(2 * index);
      return { begunAt: Math.min(one, other), endedAt: Math.max(one, other), terms, told };
    }),
  );

export const someMade: fc.Arbitrary<Terms | null> = fc.constantFrom(null, 'these', 'others');
