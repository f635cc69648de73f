// What a worker thread of a bench starts with: Node cannot begin a worker with TypeScript, so the
// loader comes first.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.entry);
