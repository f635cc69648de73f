// The compiled program is always the one of the sources that are there.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtProgram, keyOfSources } from '../../src/launcher/built.mjs';
import { tempDirectory } from '../temp-directory.ts';

test('whatever changes in a source, it is another program; what lies elsewhere changes nothing', (t) => {
  const root = tempDirectory(t);
  const file = join(root, 'src', 'deep', 'order.ts');
  mkdirSync(join(root, 'src', 'deep'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(file, 'export const a = 1;\n');
  const seen = [keyOfSources(root)];
  const changes = [
    () => writeFileSync(file, 'export const a = 12;\n'),
    () => utimesSync(file, 1, 1),
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
  assert.equal(keyOfSources(root), seen.at(-1));
});

test('of starts at once one compiles for all, and the next finds it', async (t) => {
  const builds = join(tempDirectory(t), 'builds');
  const first = await Promise.all([builtProgram(builds), builtProgram(builds)]);
  const next = await builtProgram(builds);
  const launchers = [...first, next].map((program) => program?.launcher);
  assert.equal(new Set(launchers).size, 1);
  assert.equal(readdirSync(builds).length, 1);
  const { broker = '', exchange = '' } = next ?? {};
  assert(existsSync(broker) && existsSync(exchange));
});

const NOT_WRITABLE = '/sys/outcry';

test('where nothing may be written there is none', {
  skip: process.platform !== 'linux',
}, async () => {
  assert.equal(await builtProgram(NOT_WRITABLE), null);
});
