// What a scenario is: a script that says the same things in the same order, however often the broker
// dies meanwhile.
import type { Desk } from '../desk.ts';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /**
   * From when its points count: from the first start in an empty directory, from a start on the
   * files of an earlier one, or from the moment at which the broker is ready and the script begins.
   */
  readonly from: 'empty' | 'start' | 'ready';
  run(desk: Desk): Promise<void>;
}
