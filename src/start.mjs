// `npm start`: the launcher takes over, compiled, or from the sources where nothing may be written.
import { pathToFileURL } from 'node:url';
import { builtProgram } from './launcher/built.mjs';
import { ENTRIES, ROOT } from './launcher/compile.mjs';

const built = await builtProgram();
if (built === null) {
  const { register } = await import('tsx/esm/api');
  register();
  const { run } = await import('./launcher.ts');
  const fromSource = ['--import', 'tsx'];
  await run({
    root: ROOT,
    broker: [...fromSource, ENTRIES.broker],
    exchange: [...fromSource, ENTRIES.exchange],
  });
} else {
  const { run } = await import(pathToFileURL(built.launcher).href);
  await run({ root: ROOT, broker: [built.broker], exchange: [built.exchange] });
}
