// What the worker threads of the supervisor's tests run.
import { writeFileSync } from 'node:fs';
import { hostThread, threadData, threadName } from '../../../src/runtime/threads/thread-host.ts';
import { type TestData, testSystem } from './system.ts';

const data = threadData() as TestData;
const host = hostThread({
  definition: testSystem(data),
  drivers: {},
  extendContext: (base) => base,
  log: () => undefined,
});
const { marks } = data;
if (marks !== undefined) {
  host.onDrain(() => writeFileSync(marks.drained, ''));
  host.onExit(() => writeFileSync(marks.ended, ''));
}
host.ready({ thread: threadName() });
