// What the operator does while customers trade: cash in, cash out, a halt that is lifted again.
import type { BrokerSimulation } from './broker-simulation.ts';
import type { People } from './people.ts';

const AMOUNT_MAX = 100_000;
const HALT_MS_MAX = 300;

export class OperatorDeeds {
  readonly #broker: BrokerSimulation;
  readonly #people: People;
  #isOn = true;

  constructor(broker: BrokerSimulation, people: People) {
    this.#broker = broker;
    this.#people = people;
  }

  stop(): void {
    this.#isOn = false;
  }

  /** Until stopped; what is begun is brought to its end. */
  async goOn(meanMs: number): Promise<void> {
    while (this.#isOn) {
      await this.#broker.pause(this.#below(2 * meanMs));
      if (this.#isOn) await this.#deed();
    }
  }

  async #deed(): Promise<void> {
    const { operator, userIds } = this.#people;
    const userId = userIds[this.#below(userIds.length)] ?? '';
    const amount = 1 + this.#below(AMOUNT_MAX);
    const draw = this.#broker.random();
    if (draw < 0.4) await operator.deposit(userId, 'USD', amount);
    else if (draw < 0.8) await operator.withdraw(userId, amount);
    else await this.#halt();
  }

  async #halt(): Promise<void> {
    const { operator } = this.#people;
    await operator.setTradingState('halted');
    await this.#broker.pause(this.#below(HALT_MS_MAX));
    await operator.setTradingState('active');
  }

  #below(limit: number): number {
    return Math.floor(this.#broker.random() * limit);
  }
}
