// The program as the sources are now: compiled when it is first started, and again when one of them
// has changed. Builds lie beside the packages; one that may be in use is not overwritten.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { compile, programIn, ROOT } from './compile.mjs';

const BUILDS = join(ROOT, 'node_modules', '.cache', 'outcry');
const SOURCES = ['package-lock.json', 'src'];
/** Older ones go: a broker restarts its threads from the one that it was started from. */
const BUILDS_KEPT = 10;
/** @type {ReadonlySet<unknown>} */
const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Null where nothing may be written: the sources are started then.
 *
 * @param {string} builds where builds lie
 * @returns {Promise<import('./compile.mjs').Program | null>}
 */
export async function builtProgram(builds = BUILDS) {
  const directory = join(builds, keyOfSources(ROOT));
  if (existsSync(directory)) return programIn(directory);
  try {
    mkdirSync(builds, { recursive: true });
    const inTheMaking = mkdtempSync(`${directory}.`);
    await compile(inTheMaking);
    moveTo(directory, inTheMaking);
    removeOld(builds);
    return programIn(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && READ_ONLY.has(error.code)) return null;
    throw error;
  }
}

/**
 * Of two starts at once one is first.
 *
 * @param {string} directory
 * @param {string} inTheMaking
 */
function moveTo(directory, inTheMaking) {
  try {
    renameSync(inTheMaking, directory);
  } catch (error) {
    rmSync(inTheMaking, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
}

/**
 * Changes with the name, the time and the size of any source.
 *
 * @param {string} root
 */
export function keyOfSources(root) {
  const hash = createHash('sha256');
  for (const path of SOURCES) addTo(hash, root, path);
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} root
 * @param {string} path
 */
function addTo(hash, root, path) {
  const stats = statSync(join(root, path));
  if (!stats.isDirectory()) return void hash.update(`${path} ${stats.mtimeMs} ${stats.size}\n`);
  for (const name of readdirSync(join(root, path)).sort()) addTo(hash, root, join(path, name));
}

/** @param {string} builds */
function removeOld(builds) {
  const all = readdirSync(builds)
    .map((name) => join(builds, name))
    .map((path) => ({ path, mtimeMs: statSync(path).mtimeMs }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { path } of all.slice(BUILDS_KEPT)) rmSync(path, { recursive: true, force: true });
}
