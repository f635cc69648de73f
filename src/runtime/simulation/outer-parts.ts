// What lives in a simulated thread beside its actors: edges, which outlive their thread and are
// there again when it is, and what composition puts there anew each time.
import type { Address } from '../actor.ts';
import type { Edge, EdgeListener } from '../edge.ts';
import type { SimulatedEdge } from './simulated-edge.ts';

export interface StartedThread {
  readonly name: string;
  /** Dies with the thread. */
  edge(address: Address, listener: EdgeListener): Edge;
}

/** What it returns is called when the thread is gone. */
export type Compose = (thread: StartedThread) => (() => void) | null;

export class OuterParts {
  readonly #placeOf: (address: Address) => string;
  readonly #compose: Compose | null;
  readonly #edges = new Map<Address, SimulatedEdge>();
  /** By thread: the end of what composition has put there. */
  readonly #composed = new Map<string, () => void>();

  constructor(placeOf: (address: Address) => string, compose: Compose | null) {
    this.#placeOf = placeOf;
    this.#compose = compose;
  }

  /** In place of an earlier one of the same address. The thread may not be there. */
  add(edge: SimulatedEdge, threadNamed: (name: string) => StartedThread | null): void {
    this.#edges.get(edge.address)?.close();
    this.#edges.set(edge.address, edge);
    const thread = threadNamed(this.#placeOf(edge.address));
    if (thread !== null) attach(edge, thread);
  }

  started(thread: StartedThread): void {
    for (const edge of this.#edgesOf(thread.name)) attach(edge, thread);
    const end = this.#compose?.(thread) ?? null;
    if (end !== null) this.#composed.set(thread.name, end);
  }

  died(thread: string): void {
    for (const edge of this.#edgesOf(thread)) edge.detach();
    this.#composed.get(thread)?.();
    this.#composed.delete(thread);
  }

  /** For good: nothing is there again. */
  close(): void {
    for (const edge of this.#edges.values()) edge.close();
    for (const end of this.#composed.values()) end();
    this.#composed.clear();
  }

  #edgesOf(thread: string): SimulatedEdge[] {
    return [...this.#edges.values()].filter(({ address }) => this.#placeOf(address) === thread);
  }
}

function attach(edge: SimulatedEdge, thread: StartedThread): void {
  edge.attach((address, listener) => thread.edge(address, listener));
}
