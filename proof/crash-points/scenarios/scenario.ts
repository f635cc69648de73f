// What a scenario is: a script that says the same things in the same order, however often the
// broker dies meanwhile.
import type { Desk } from '../desk.ts';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /**
   * Which points count: those of a first start in an empty directory, those of a start on the files
   * of an earlier one, or those from when the broker is ready and the script begins.
   */
  readonly from: 'empty' | 'start' | 'ready';
  run(desk: Desk): Promise<void>;
}
