// A thread of the read pool: Node 20 cannot start a worker from a .ts file, so this one registers
// the loader first.
import { register } from 'tsx/esm/api';

register();
const { run } = await import('./queries.ts');
export default run;
