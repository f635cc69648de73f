// What the worker threads of the supervisor's tests run.
import { hostThread, threadData, threadName } from '../../../src/runtime/threads/thread-host.ts';
import { type TestData, testSystem } from './system.ts';

const host = hostThread({
  definition: testSystem(threadData() as TestData),
  drivers: {},
  extendContext: (base) => base,
  log: () => undefined,
});
host.ready({ thread: threadName() });
