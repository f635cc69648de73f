// The broker process: the product's own composition, and nothing else.
import { runBroker } from './run-broker.ts';

await runBroker();
