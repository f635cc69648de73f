// The program as the sources are now: compiled when it is first started, and again when one of them
// has changed. A build appears under its name when it is whole and on disk; nobody writes to it
// then, and it goes when ten newer ones have been started.
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { compile, programIn, ROOT, syncDirectory } from './compile.mjs';

/** Not beside the packages: `npm ci` would take the build from under a running broker. */
const BUILDS = join(ROOT, '.builds');
/** What is compiled: our code, and packages as they are installed. */
const SOURCES = ['src', 'package-lock.json', join('node_modules', '.package-lock.json')];
const BUILDS_KEPT = 10;
/** Of a folder in the making that nobody makes any more. */
const ABANDONED_MS = 3_600_000;
const FOR_ALL_TO_READ = 0o755;
/** @type {ReadonlySet<unknown>} */
const CANNOT_WRITE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * Null where no build can be kept or read: the sources are started then. Throws what esbuild has to
 * say about a source that is none.
 *
 * @param {string} builds where builds lie
 * @returns {Promise<import('./compile.mjs').Files | null>}
 */
export async function builtProgram(builds = BUILDS) {
  try {
    const directory = join(builds, keyOfSources(ROOT));
    if (!existsSync(directory)) await make(directory, builds);
    const files = programIn(directory);
    accessSync(files.launcher, constants.R_OK);
    markAsUsed(directory);
    removeOld(builds);
    return files;
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

/**
 * Of two starts at once each compiles, and the first to be done names it.
 *
 * @param {string} directory
 * @param {string} builds
 */
async function make(directory, builds) {
  mkdirSync(builds, { recursive: true });
  const inTheMaking = mkdtempSync(`${directory}.`);
  try {
    await compile(inTheMaking);
    chmodSync(inTheMaking, FOR_ALL_TO_READ);
    if (join(builds, keyOfSources(ROOT)) !== directory) {
      throw new Error('a source was changed while it was compiled: start again');
    }
    renameSync(inTheMaking, directory);
    syncDirectory(builds);
  } catch (error) {
    rmSync(inTheMaking, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
}

/**
 * Changes with the name and the content of any source.
 *
 * @param {string} root
 */
export function keyOfSources(root) {
  const hash = createHash('sha256');
  for (const path of SOURCES) if (existsSync(join(root, path))) addTo(hash, root, path);
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} root
 * @param {string} path
 */
function addTo(hash, root, path) {
  const full = join(root, path);
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) addTo(hash, root, join(path, name));
    return;
  }
  const content = readFileSync(full);
  hash.update(`${path} ${content.length}\n`).update(content);
}

/**
 * So that what is started today is not taken for old.
 *
 * @param {string} directory
 */
function markAsUsed(directory) {
  const now = new Date();
  try {
    utimesSync(directory, now, now);
  } catch (error) {
    if (!isRefused(error)) throw error; // it is another user's
  }
}

/**
 * By another name first: a build that is half removed must not be found. What cannot be removed
 * stays, and does not keep anybody from starting.
 *
 * @param {string} builds
 */
function removeOld(builds) {
  const all = readdirSync(builds).map((name) => dated(join(builds, name)));
  /** @param {Dated} one */
  const isPart = ({ path }) => path.slice(builds.length).includes('.');
  const whole = all.filter((one) => !isPart(one)).sort((a, b) => b.mtimeMs - a.mtimeMs);
  const old = whole.slice(BUILDS_KEPT);
  const abandoned = all.filter((one) => isPart(one) && Date.now() - one.mtimeMs > ABANDONED_MS);
  for (const { path } of [...old, ...abandoned]) remove(path);
}

/** @typedef {{ readonly path: string, readonly mtimeMs: number }} Dated */

/**
 * @param {string} path
 * @returns {Dated}
 */
function dated(path) {
  return { path, mtimeMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now() };
}

/** @param {string} path */
function remove(path) {
  const aside = `${path}.old`;
  try {
    rmSync(aside, { recursive: true, force: true }); // of somebody who was killed here
    renameSync(path, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (!isRefused(error) && codeOf(error) !== 'ENOENT') throw error;
  }
}

/** @param {unknown} error */
function isRefused(error) {
  return CANNOT_WRITE.has(codeOf(error));
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : null;
}
