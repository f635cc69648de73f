// The very broker of src/main.ts in another composition: its threads are watched, and one of them
// ends the process at the point that the parent has named.
import { resolve } from 'node:path';
import { runBroker } from '../../src/run-broker.ts';
import { observerOf } from './observer-of.ts';

const observer = observerOf('main', resolve(process.env['OUTCRY_DATA_DIR'] ?? ''));
await runBroker({ threadEntry: new URL('./crash-thread.ts', import.meta.url), observer });
