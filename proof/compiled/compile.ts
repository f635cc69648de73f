// The broker, the exchange and whatever else is to start often, compiled from the sources to one
// file and its chunks each: from TypeScript every thread of the broker compiles for itself, and a
// start costs five times as much.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Compiled {
  readonly broker: string;
  readonly exchange: string;
  /** The file of an entry of the caller's. */
  at(name: string): string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All of them come to lie in one folder, where each finds the others by the name it asks for. */
const ENTRIES = {
  main: 'src/main.ts',
  thread: 'src/thread.ts',
  boot: 'src/runtime/threads/boot.mjs',
  worker: 'src/read-pool/worker.mjs',
  'audit-worker': 'src/read-pool/audit-worker.mjs',
  exchange: 'src/exchange/simulator/main.ts',
};

/** They are binaries, or start workers of their own. */
const EXTERNAL = ['better-sqlite3', 'uWebSockets.js', 'piscina', 'msgpackr-extract'];

/** Packages of the CommonJS kind ask for `require`. */
const REQUIRE = [
  "import { createRequire as requireOf } from 'node:module';",
  'const require = requireOf(import.meta.url);',
].join('\n');

const OWN_ENTRY = /new URL\((['"])\.\/([\w-]+)\.ts\1/g;

/** `more`: entries of the caller's own, by name. */
export async function compile(
  directory: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Compiled> {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...ENTRIES, ...more },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    alias: { 'tsx/esm/api': join(ROOT, 'proof', 'compiled', 'no-loader.mjs') },
    banner: { js: REQUIRE },
    logLevel: 'error',
    write: false,
  });
  for (const { path, text } of outputFiles) {
    const code = text.replaceAll(OWN_ENTRY, "new URL('./$2.mjs'");
    writeFileSync(join(directory, basename(path)), code);
  }
  const at = (name: string): string => join(directory, `${name}.mjs`);
  return { broker: at('main'), exchange: at('exchange'), at };
}
