// What runs in both worker threads of the runtime bench.
import { createLog } from '../../src/log.ts';
import type { Context } from '../../src/runtime/actor.ts';
import { hostThread, threadData, threadName } from '../../src/runtime/threads/thread-host.ts';
import { type BenchSystemData, defineBenchSystem } from './system.ts';

const host = hostThread<Context>({
  definition: defineBenchSystem(threadData() as BenchSystemData),
  drivers: {},
  extendContext: (base) => base,
  log: createLog(threadName(), 'warn'),
});
host.ready(null);
