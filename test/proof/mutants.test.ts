// The runner itself, on a small tree of its own; and a short form of `npm run mutants`.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { environmentWith } from '../../proof/mutants/environment.ts';
import { readBank } from '../../proof/mutants/mutant.ts';
import { type Trial, Trials } from '../../proof/mutants/trial.ts';
import { tempDirectory } from '../temp-directory.ts';

const SAMPLE = 2;
const TREE: Readonly<Record<string, string>> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: { allowJs: true, checkJs: true, module: 'nodenext', types: [] },
    include: ['src'],
  }),
  'src/add.mjs': 'const none = 0;\nexport const add = (a = 0, b = none) => a + b;\n',
  'test/add.test.mjs': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add } from '../src/add.mjs';
test('two and two are four', () => assert.equal(add(2, 2), 4));
test('nothing adds nothing', () => assert.equal(add(), 0));
`,
};
const HEALTHY = 'export const add = (a = 0, b = none) => a + b;';
const COMMAND = 'node --test test/add.test.mjs';

interface Case {
  readonly mutated: string;
  readonly healthy?: string;
  readonly command?: string;
  readonly hangs?: boolean;
  readonly outcome: Trial['outcome'];
  readonly why: RegExp | null;
}

const CASES: Readonly<Record<string, Case>> = {
  'is-caught': {
    mutated: 'export const add = (a = 0, b = none) => a - b;',
    outcome: 'caught',
    why: null,
  },
  survives: {
    mutated: 'export const add = (a = 0, b = none) => b + a;',
    outcome: 'survived',
    why: /its command noticed nothing/,
  },
  'is-stale': {
    healthy: 'export const sum = 1;',
    mutated: 'export const sum = 2;',
    outcome: 'not_tried',
    why: /its patch does not apply any more: error: patch failed: src\/add\.mjs/,
  },
  'does-not-compile': {
    mutated: 'export const add = (a = 0, b = none) => a + b + nope;',
    outcome: 'not_tried',
    why: /it does not compile: .*nope/,
  },
  'does-not-load': {
    mutated: 'export const plus = (a = 0, b = none) => a + b;',
    outcome: 'survived',
    why: /proved nothing: .*add\.test\.mjs did not load/,
  },
  hangs: {
    mutated: 'export const add = (a = 0, b = none) => { while (a + b > 0); return 0; };',
    hangs: true,
    outcome: 'caught',
    why: null,
  },
  'has-no-test': {
    mutated: 'export const add = (a = 0, b = none) => a * b;',
    command: `${COMMAND.replace('--test ', '--test --test-name-pattern "no such title" ')}`,
    outcome: 'not_tried',
    why: /its command is not green without it: proved nothing: no test was run/,
  },
};

function smallTree(t: Pick<TestContext, 'after'>): string {
  const root = tempDirectory(t);
  const files = Object.entries(CASES).map(([name, each]) => {
    return [`proof/mutants/bank/${name}.patch`, patchOf(each)] as const;
  });
  for (const [path, text] of [...Object.entries(TREE), ...files]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  execFileSync('git', ['init', '--quiet'], { cwd: root, env: environmentWith({}) });
  return root;
}

function patchOf({ healthy = HEALTHY, mutated, command = COMMAND, hangs }: Case): string {
  const header = `Title: adds badly\nBreaks: I1\nCaught by: ${command}\n`;
  const file = 'src/add.mjs';
  const names = `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n`;
  const hunk = `@@ -1,2 +1,2 @@\n const none = 0;\n-${healthy}\n+${mutated}\n`;
  return `${header}${hangs === true ? 'Hangs: yes\n' : ''}\n${names}${hunk}`;
}

test('only what an assertion notices is caught, and everything else says why it is not', async (t) => {
  const root = smallTree(t);
  const scratch = tempDirectory(t);
  const earlier = process.env['TMPDIR'];
  process.env['TMPDIR'] = scratch;
  t.after(() => {
    if (earlier === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = earlier;
  });
  const { signal } = new AbortController();
  const trials = new Trials({ root, timeoutMs: 5_000, signal });
  t.after(() => trials.close());
  for (const mutant of readBank(root)) {
    const { outcome, why, caughtBy } = await trials.try(mutant);
    const expected = CASES[mutant.name];
    assert.equal(outcome, expected?.outcome, `${mutant.name}: ${why}`);
    if (expected?.why === null) assert.equal(why, null);
    else assert.match(why ?? '', expected?.why ?? /never/);
    if (mutant.name !== 'is-caught') continue;
    assert.deepEqual(caughtBy, { title: 'two and two are four', file: 'test/add.test.mjs' });
  }
  trials.close();
  assert.deepEqual(readdirSync(scratch), [], 'what it has made is gone');
});

test('a sample of the bank is caught', () => {
  const args = ['proof/mutants/main.ts', '--sample', String(SAMPLE), '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    env: environmentWith({}),
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const trials = JSON.parse(stdout) as Trial[];
  assert.deepEqual(
    trials.map(({ outcome }) => outcome),
    new Array(SAMPLE).fill('caught'),
  );
});

test('what is not understood is refused in one line', () => {
  const args = ['--import', 'tsx', 'proof/mutants/main.ts', '--sample', 'few'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^--sample must be a whole number from 1 to 1000\. .*\n$/);
});
