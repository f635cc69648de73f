// Starts and stops.
import { setTimeout as sleep } from 'node:timers/promises';
import { limitOrder } from '../../../test/scenario/product.ts';
import type { Scenario } from './scenario.ts';

/** An idle store folds its WAL back after a second. */
const IDLE_MS = 1_300;

export const FIRST_START: Scenario = {
  name: 'first-start',
  about: 'an empty directory becomes a broker with users and grants, which takes an order',
  from: 'empty',
  async run(desk) {
    await desk.at(
      'alice',
      await desk.placed('alice', 'first', limitOrder('buy', 3, 10_001)),
      'filled',
    );
  },
};

export const SECOND_START: Scenario = {
  name: 'second-start',
  about: 'a start on the files of an earlier one, which takes an order',
  from: 'start',
  async run(desk) {
    await desk.placed('alice', 'second', limitOrder('buy', 3, 9_500));
  },
};

export const CLEAN_STOP: Scenario = {
  name: 'clean-stop',
  about: 'an idle broker folds its files, stops, and starts again with an order open',
  from: 'ready',
  async run(desk) {
    const id = await desk.placed('alice', 'open', limitOrder('buy', 3, 9_500));
    await sleep(IDLE_MS); // the time is what this is about
    await desk.stage.stopped();
    await desk.at('alice', id, 'submitted');
    await desk.cancelled('alice', id);
  },
};
