// The entry of each worker thread.
import { runThread } from './run-thread.ts';

await runThread();
