// The allowed moves between statuses as a Mermaid state diagram, for docs/orders.md.
import { ORDER_STATUSES } from './order.ts';
import { ALLOWED_MOVES } from './transitions.ts';

/** One line per move, in the order of the statuses; `stateDiagram-v2` of mermaid.js. */
export function stateDiagram(): string {
  const moves = ORDER_STATUSES.flatMap((from) =>
    ORDER_STATUSES.filter((to) => ALLOWED_MOVES[from].includes(to)).map(
      (to) => `    ${from} --> ${to}`,
    ),
  );
  return ['stateDiagram-v2', '    [*] --> pending', ...moves].join('\n');
}
