// The rules of the house that no compiler checks: who may import whom, how long a file may be, what
// actors must not touch, and that the documents name what exists.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { FAIL_CODES } from '../src/domain/reject-codes.ts';
import { PROBLEMS } from '../src/gateway/problem.ts';

const LINES_MAX = 400;
const LINE_LENGTH_MAX = 100;
/** A sentence that names a test may take the room it needs, and so may what cannot be broken. */
const MAY_BE_LONG = /^\s*(await t\.)?test\(|^\s*(\[?['"`])|https?:\/\/|biome-ignore/;

const SOURCES = listed('src').filter((path) => /\.(ts|mjs)$/.test(path));

/**
 * Whose files a part of `src` may import; its own always. `*.ts` stands for single files at the
 * top.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  runtime: [],
  shared: ['domain'],
  store: ['domain', 'runtime'],
  exchange: ['domain', 'runtime', 'limits.ts'],
  'daily-history': ['domain', 'runtime', 'limits.ts'],
  actors: ['domain', 'runtime', 'store', 'shared', 'exchange', 'daily-history', 'limits.ts'],
  audit: ['domain', 'store', 'exchange', 'limits.ts'],
  'read-pool': ['actors', 'audit', 'domain', 'runtime', 'store', 'limits.ts'],
  gateway: ['actors', 'domain', 'runtime', 'shared', 'limits.ts'],
  launcher: [],
  system: ['actors', 'domain', 'runtime', 'store', 'shared', 'config.ts', 'limits.ts'],
  'limits.ts': ['domain', 'runtime'],
  'config.ts': ['limits.ts'],
  'log.ts': ['runtime'],
};

/** The one place that may use a package. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  'uWebSockets.js': /^src\/gateway\/http-server\.ts$/,
  'better-sqlite3': /^src\/store\//,
  undici: /^src\/exchange\//,
  comlink: /^src\/runtime\/threads\//,
  msgpackr: /^src\/runtime\/codec\.ts$/,
  piscina: /^src\/read-pool\//,
  jose: /^src\/gateway\/auth\.ts$/,
  pino: /^src\/log\.ts$/,
  'prom-client': /^src\/gateway\/metrics\.ts$/,
};

test('imports point one way', () => {
  for (const path of SOURCES) {
    const part = partOf(path);
    const allowed = MAY_IMPORT[part];
    if (allowed === undefined) continue; // the composition at the top may see everything
    for (const imported of ownImports(path)) {
      const other = partOf(imported);
      assert(other === part || allowed.includes(other), `${path} must not import ${imported}`);
    }
  }
});

test("actors see each other's protocol only, and the exchange's port and effects", () => {
  for (const path of SOURCES.filter((name) => /^src\/actors\/[^/]+\//.test(name))) {
    for (const imported of ownImports(path)) {
      if (dirname(imported) === dirname(path) || dirname(imported) === 'src/actors') continue;
      if (imported.startsWith('src/actors/')) assert.match(imported, /\/protocol\.ts$/, path);
      if (imported.startsWith('src/exchange/'))
        assert.match(imported, /\/(port|effects)\.ts$/, path);
      if (imported.startsWith('src/daily-history/')) assert.match(imported, /\/effects\.ts$/, path);
    }
  }
});

test('the gateway sees protocols of actors, never an actor', () => {
  for (const path of SOURCES.filter((name) => name.startsWith('src/gateway/'))) {
    for (const imported of ownImports(path).filter((name) => name.startsWith('src/actors/'))) {
      assert.match(imported, /(\/protocol|\/addresses|\/context)\.ts$/, `${path}: ${imported}`);
    }
  }
});

test('each package that reaches the outside has one place', () => {
  for (const path of SOURCES) {
    for (const name of importsOf(path)) {
      const owner = OWNERS[name];
      if (owner !== undefined) assert.match(path, owner, `${path} imports ${name}`);
    }
  }
});

test('no file has a second noun in it: none is longer than 400 lines', () => {
  const all = ['src', 'test', 'bench', 'scripts', 'proof'].flatMap(listed);
  for (const path of all.filter((name) => /\.(ts|mjs)$/.test(name))) {
    const lines = readFileSync(path, 'utf8').split('\n');
    assert(lines.length <= LINES_MAX, `${path} has ${lines.length} lines`);
    const isLong = (line: string) => line.length > LINE_LENGTH_MAX && !MAY_BE_LONG.test(line);
    const long = lines.findIndex(isLong);
    assert.equal(long, -1, `${path}:${long + 1} is longer than ${LINE_LENGTH_MAX} columns`);
  }
});

test('each source file opens with what it owns', () => {
  for (const path of SOURCES) assert.match(readFileSync(path, 'utf8'), /^(#!.*\n)?\/\/ \S/, path);
});

const OUTSIDE: readonly RegExp[] = [
  /\bDate\b/,
  /\bperformance\b/,
  /\bMath\.random\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bPromise\b/,
  /\basync\b/,
  /\bawait\b/,
  /\bprocess\b/,
  /\bconsole\b/,
  /\bcrypto\b/,
  /node:(timers|child_process|worker_threads|http|net)/,
];

test('actors, domain and store have no clock, chance, timer, promise or process of their own', () => {
  const paths = SOURCES.filter((name) => /^src\/(actors|domain|store)\//.test(name));
  assert(paths.length > 40, 'the folders are where this test looks for them');
  for (const path of paths) {
    // A hash is a function of its input; nothing else of that module is.
    const code = codeOf(path).replace("import { hash } from 'node:crypto';", '');
    for (const pattern of OUTSIDE) assert.doesNotMatch(code, pattern, path);
  }
});

test('nothing in production knows whether it is simulated', () => {
  for (const path of SOURCES.filter((name) => /^src\/(actors|domain|store|gateway)\//.test(name))) {
    assert.doesNotMatch(codeOf(path), /simulat|crash.?point|torture|mutant/i, path);
  }
});

test('every error code is documented, and every documented code exists', () => {
  const page = readFileSync('docs/http-api.md', 'utf8');
  const documented = new Set(
    [...page.matchAll(/^\| `([a-z][a-z0-9_]*)` \|/gm)].map((match) => match[1]),
  );
  const codes = new Set<string>([...Object.keys(PROBLEMS), ...FAIL_CODES]);
  const missing = [...codes].filter((code) => !documented.has(code));
  assert.deepEqual(missing, [], 'codes that docs/http-api.md lacks');
  for (const code of Object.keys(PROBLEMS)) assert(page.includes(`\`${code}\``), code);
});

test('every requirement row is numbered once and points at something that exists', () => {
  const page = readFileSync('docs/requirements.md', 'utf8');
  const rows = [...page.matchAll(/^\| (S\d+) \|(.*)\|$/gm)];
  assert(rows.length > 100, `only ${rows.length} rows`);
  const numbers = rows.map(([, number]) => number);
  assert.equal(new Set(numbers).size, numbers.length, 'a number stands twice');
  for (const [, number, rest = ''] of rows) {
    const paths = [
      ...rest.matchAll(/`((?:src|test|docs|bench|data|scripts|proof)\/[^`#]*)(?:#[^`]*)?`/g),
    ];
    assert(paths.length > 0, `${number} points at nothing`);
    for (const [, path = ''] of paths) assert(existsSync(path), `${number} points at ${path}`);
  }
});

test('every test that a requirement names is in the file that it names', () => {
  const page = readFileSync('docs/requirements.md', 'utf8');
  const missing: string[] = [];
  let named = 0;
  for (const [, number, , shownBy = ''] of page.matchAll(/^\| (S\d+) \|([^|]*)\|(.*)\|$/gm)) {
    let path = '';
    for (const [, file, title] of shownBy.matchAll(/`([^`]+)`|"(.+?)"(?=;| \(| *$)/g)) {
      if (file !== undefined) path = file;
      if (title === undefined || !path.startsWith('test/')) continue;
      named++;
      if (!isTitleIn(path, title)) missing.push(`${number}: ${path} "${title}"`);
    }
  }
  assert(named > 200, `only ${named} titles were recognised`);
  assert.deepEqual(missing, []);
});

test('every variable of the configuration is documented', async () => {
  const { VARIABLES } = await import('../src/config.ts');
  const page = readFileSync('docs/hacking.md', 'utf8');
  for (const name of Object.keys(VARIABLES)) assert(page.includes(`\`${name}\``), name);
});

/** In the document … stands for what differs between the tests of a table. */
function isTitleIn(path: string, title: string): boolean {
  const parts = title.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`test\\((?:\\s|\\/\\/.*)*['"\`]${parts.join('.*')}['"\`]`);
  return pattern.test(readFileSync(path, 'utf8').replaceAll("\\'", "'"));
}

function listed(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** `src/actors/x.ts` -> `actors`; `src/main.ts` -> `main.ts`. */
function partOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function importsOf(path: string): string[] {
  const code = readFileSync(path, 'utf8');
  const froms = code.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gms);
  const bare = code.matchAll(/\bimport\(?\s*'([^']+)'/g);
  return [...froms, ...bare].map((match) => match[1] ?? '');
}

function ownImports(path: string): string[] {
  return importsOf(path)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(path), name)));
}

/** Without comments and strings, in which words such as `process` are only words. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/`[^`]*`/g, '``')
    .replaceAll(/'(?!node:)[^'\n]*'/g, "''");
}
