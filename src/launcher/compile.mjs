// The program compiled from its sources, one file per entry and what they share: from TypeScript
// every thread compiles for itself, and a start takes more than twice as long.
// Plain JavaScript, so that a start needs no loader to get here.
import { closeSync, fsyncSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All of them come to lie in one folder, where each finds the others by the name it asks for. */
export const ENTRIES = {
  launcher: 'src/launcher.ts',
  broker: 'src/main.ts',
  thread: 'src/thread.ts',
  boot: 'src/runtime/threads/boot.mjs',
  worker: 'src/read-pool/worker.mjs',
  'audit-worker': 'src/read-pool/audit-worker.mjs',
  exchange: 'src/exchange/simulator/main.ts',
};

/** Of the command lines of what the launcher starts, compiled or from the sources. */
export const COMMAND_LINES = {
  broker: /\b(broker\.mjs|src\/main\.ts)\b/,
  exchange: /\b(exchange\.mjs|simulator\/main\.ts)\b/,
};

/** They are binaries, or start workers of their own. */
const EXTERNAL = ['better-sqlite3', 'uWebSockets.js', 'piscina', 'msgpackr-extract'];

/** Packages of the CommonJS kind ask for `require`. */
const REQUIRE = [
  "import { createRequire as requireOf } from 'node:module';",
  'const require = requireOf(import.meta.url);',
].join('\n');

const OWN_ENTRY = /new URL\((['"])\.\/([\w-]+)\.ts\1/g;

/**
 * @param {string} directory is made; it must not hold a program yet
 * @param {Readonly<Record<string, string>>} more entries of the caller's own, by name
 */
export async function compile(directory, more = {}) {
  const { build } = await import('esbuild');
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
    alias: { 'tsx/esm/api': join(ROOT, 'src', 'launcher', 'no-loader.mjs') },
    banner: { js: REQUIRE },
    logLevel: 'error',
    write: false,
  });
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  for (const { path, text } of outputFiles) {
    const code = text.replaceAll(OWN_ENTRY, "new URL('./$2.mjs'");
    writeFileSync(join(directory, basename(path)), code, { flush: true });
  }
  syncDirectory(directory);
  return programIn(directory);
}

/**
 * What lies in it is there after a loss of power, too.
 *
 * @param {string} directory
 */
export function syncDirectory(directory) {
  const file = openSync(directory, 'r');
  fsyncSync(file);
  closeSync(file);
}

/**
 * @typedef {object} Files
 * @property {string} launcher file
 * @property {string} broker file
 * @property {string} exchange file
 * @property {(name: string) => string} at the file of another entry
 */

/**
 * @param {string} directory
 * @returns {Files}
 */
export function programIn(directory) {
  /** @param {string} name */
  const at = (name) => join(directory, `${name}.mjs`);
  return { launcher: at('launcher'), broker: at('broker'), exchange: at('exchange'), at };
}
