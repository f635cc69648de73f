// What this exchange can do, however it is reached.
import { LIMITS } from '../../limits.ts';
import type { Capabilities } from '../port.ts';
import { CALENDAR } from './trading-date.ts';

export const ENGINE_ABILITIES: Omit<Capabilities, 'epoch' | 'echo'> = {
  venue: 'SIM',
  batchOrdersMax: LIMITS.batchOrdersMax,
  notAfter: true,
  queryByClientOrderId: true,
  replay: true,
  execIds: true,
  sequence: true,
  calendar: CALENDAR,
};
