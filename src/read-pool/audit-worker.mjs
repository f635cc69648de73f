// The thread of an audit: as in worker.mjs, the loader comes first.
import { register } from 'tsx/esm/api';

register();
const { audit } = await import('../audit/audit.ts');
export default audit;
