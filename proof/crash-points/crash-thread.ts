// A worker thread of the crash-point process: that of src/thread.ts, watched.

import { runThread } from '../../src/run-thread.ts';
import { threadData, threadName } from '../../src/runtime/threads/thread-host.ts';
import type { Settings } from '../../src/system/settings.ts';
import { observerOf } from './observer-of.ts';

const { config } = threadData() as Settings;
await runThread({ observer: observerOf(threadName(), config.dataDir) });
