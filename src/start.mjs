// `npm start`: registers the TypeScript loader, then the launcher takes over.
import { register } from 'tsx/esm/api';

register();
await import('./launcher.ts');
