// The compiled program is always the one of the sources that are there.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { builtProgram, keyOfSources } from '../../src/launcher/built.mjs';
import { tempDirectory } from '../temp-directory.ts';

test('whatever changes in a source, it is another program; times and what lies elsewhere change nothing', (t) => {
  const root = tempDirectory(t);
  const file = join(root, 'src', 'deep', 'order.ts');
  mkdirSync(join(root, 'src', 'deep'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(file, 'export const a = 1;\n');
  const seen = [keyOfSources(root)];
  const changes = [
    () => writeFileSync(file, 'export const a = 12;\n'),
    () => writeFileSync(file, 'export const b = 12;\n'),
    () => writeFileSync(join(root, 'src', 'fill.ts'), ''),
    () => rmSync(join(root, 'src', 'fill.ts')),
    () => writeFileSync(join(root, 'package-lock.json'), '{ }'),
  ];
  for (const change of changes) {
    change();
    seen.push(keyOfSources(root));
  }
  assert.equal(seen[4], seen[2], 'back to what it was');
  assert.equal(new Set(seen).size, seen.length - 1);
  writeFileSync(join(root, 'README.md'), 'words');
  utimesSync(file, 1, 1);
  assert.equal(keyOfSources(root), seen.at(-1));
});

test('of starts at once all run one build, and the next finds it', async (t) => {
  const builds = join(tempDirectory(t), 'builds');
  const first = await Promise.all([builtProgram(builds), builtProgram(builds)]);
  const next = await builtProgram(builds);
  const launchers = [...first, next].map((program) => program?.launcher);
  assert.equal(new Set(launchers).size, 1);
  assert.equal(readdirSync(builds).length, 1);
  const [only = ''] = readdirSync(builds);
  assert.equal(statSync(join(builds, only)).mode & 0o777, 0o755, 'whoever made it');
  const { broker = '', exchange = '' } = next ?? {};
  assert(existsSync(broker) && existsSync(exchange));
});

const NOT_WRITABLE = '/sys/outcry';

test('where nothing may be written there is none', {
  skip: process.platform !== 'linux',
}, async () => {
  assert.equal(await builtProgram(NOT_WRITABLE), null);
});

test('the ten that were started last are kept, and what is in the making is left alone', async (t) => {
  const builds = join(tempDirectory(t), 'builds');
  for (let n = 0; n < 12; n++) {
    mkdirSync(join(builds, `build${n}`), { recursive: true });
    utimesSync(join(builds, `build${n}`), n, n);
  }
  mkdirSync(join(builds, 'build12.abcdef'));
  mkdirSync(join(builds, 'build13.abcdef'));
  utimesSync(join(builds, 'build13.abcdef'), 1, 1); // by somebody who was killed
  const { launcher = '' } = (await builtProgram(builds)) ?? {};
  const kept = Array.from({ length: 9 }, (_, at) => `build${at + 3}`);
  const expected = [...kept, 'build12.abcdef', basename(dirname(launcher))];
  assert.deepEqual(readdirSync(builds).sort(), expected.sort());
});
