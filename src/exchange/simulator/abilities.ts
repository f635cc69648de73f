// What this exchange can do, however it is reached.
import { LIMITS } from '../../limits.ts';
import type { Capabilities } from '../port.ts';

export const ENGINE_ABILITIES: Omit<Capabilities, 'epoch' | 'echo'> = {
  venue: 'SIM',
  batchOrdersMax: LIMITS.batchOrdersMax,
  notAfter: true,
  queryByClientOrderId: true,
  replay: true,
  execIds: true,
  sequence: true,
};
