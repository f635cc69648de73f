// The first code of every worker thread: Node 20 cannot start a worker from TypeScript, so it
// teaches the thread to import it.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.entry);
