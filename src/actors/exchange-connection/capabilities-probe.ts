// Whether the exchange can be reached, and what it can do. Asked until there is an answer, and
// again after anything that looks as if the exchange had gone or come back as another.
import type { CapabilitiesAnswer, ReadCapabilities } from '../../exchange/effects.ts';
import type { Capabilities } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { Context, EffectFailure } from '../../runtime/actor.ts';
import { backOffMs } from '../back-off.ts';

export interface CapabilitiesRead {
  readonly kind: 'CapabilitiesRead';
  readonly answer: CapabilitiesAnswer | EffectFailure;
}

export interface ProbeDue {
  readonly kind: 'ProbeDue';
}

export type ProbeMessage = CapabilitiesRead | ProbeDue;
type Ctx = Context<ProbeMessage>;

export class CapabilitiesProbe {
  #capabilities: Capabilities | null = null;
  #isReachable = false;
  /** Its executions could not be told apart (E06): for good. */
  #isRefused = false;
  #isAsking = false;
  #failures = 0;
  #toldEpoch: string | null = null;

  get capabilities(): Capabilities | null {
    return this.#capabilities;
  }

  get isReachable(): boolean {
    return this.#isReachable;
  }

  ask(ctx: Ctx): void {
    if (this.#isAsking || this.#isRefused) return;
    this.#isAsking = true;
    const effect: ReadCapabilities = { kind: 'ReadCapabilities' };
    ctx.perform<CapabilitiesAnswer>(
      effect,
      (answer) => ({ kind: 'CapabilitiesRead', answer }),
      LIMITS.venueRequestMs,
    );
  }

  /** A request could not even be written. */
  unreachable(ctx: Ctx): void {
    this.#isReachable = false;
    this.ask(ctx);
  }

  answered({ answer }: CapabilitiesRead, ctx: Ctx): void {
    this.#isAsking = false;
    if (answer.outcome !== 'answered') {
      this.#isReachable = false;
      const waitMs = backOffMs(this.#failures, ctx.random());
      this.#failures++;
      ctx.count('capabilities_not_read');
      return ctx.after(waitMs, { kind: 'ProbeDue' }, 'probe');
    }
    const { capabilities } = answer;
    this.#failures = 0;
    this.#tell(capabilities, ctx);
    this.#isRefused = !capabilities.execIds && !capabilities.sequence;
    this.#isReachable = !this.#isRefused;
    this.#capabilities = this.#isRefused ? null : capabilities;
    if (!this.#isRefused) return;
    ctx.log('error', 'the exchange is refused: its executions have neither ids nor sequence', {
      venue: capabilities.venue,
    });
  }

  /** Once per epoch: what it lacks decides how long an order may stay unknown. */
  #tell({ calendar, ...abilities }: Capabilities, ctx: Ctx): void {
    if (abilities.epoch === this.#toldEpoch) return;
    this.#toldEpoch = abilities.epoch;
    ctx.log('info', 'the exchange says what it can do', { ...abilities, ...calendar });
  }
}
