// The broker, its crash-point twin and the exchange, each compiled from the sources to one file and
// its chunks: a start from TypeScript costs five seconds of one core, a start from here one.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All of them come to lie in one folder, where each finds the others by the name it asks for. */
const ENTRIES: Readonly<Record<string, string>> = {
  main: 'src/main.ts',
  thread: 'src/thread.ts',
  boot: 'src/runtime/threads/boot.mjs',
  worker: 'src/read-pool/worker.mjs',
  'audit-worker': 'src/read-pool/audit-worker.mjs',
  exchange: 'src/exchange/simulator/main.ts',
  'crash-broker': 'proof/crash-points/crash-broker.ts',
  'crash-thread': 'proof/crash-points/crash-thread.ts',
};

/** They are binaries, or start workers of their own. */
const EXTERNAL = ['better-sqlite3', 'uWebSockets.js', 'piscina', 'msgpackr-extract'];

/** Packages of the CommonJS kind ask for `require`. */
const REQUIRE = [
  "import { createRequire as requireOf } from 'node:module';",
  'const require = requireOf(import.meta.url);',
].join('\n');

const OWN_ENTRY = /new URL\((['"])\.\/([\w-]+)\.ts\1/g;

export interface Bundle {
  readonly product: string;
  readonly crashBroker: string;
  readonly exchange: string;
}

export async function bundle(directory: string): Promise<Bundle> {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    alias: { 'tsx/esm/api': join(ROOT, 'proof', 'crash-points', 'no-loader.mjs') },
    banner: { js: REQUIRE },
    logLevel: 'error',
    write: false,
  });
  for (const { path, text } of outputFiles) {
    writeFileSync(
      join(directory, basename(path)),
      text.replaceAll(OWN_ENTRY, "new URL('./$2.mjs'"),
    );
  }
  const at = (name: string): string => join(directory, `${name}.mjs`);
  return { product: at('main'), crashBroker: at('crash-broker'), exchange: at('exchange') };
}
