import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { INCIDENT_KINDS } from '../src/domain/incident.ts';
import type { Capabilities } from '../src/exchange/port.ts';
import { ENGINE_ABILITIES } from '../src/exchange/simulator/abilities.ts';

test('docs/orders.md is as the code and the tests say: npm run docs', () => {
  const args = ['--import', 'tsx', 'scripts/write-docs.ts', '--check'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('every hard case of an order is shown by a test', () => {
  const rows = [
    ...readFileSync('docs/orders.md', 'utf8').matchAll(/^\| (E\d\d) \|.*\| ?(.*?) ?\|$/gm),
  ];
  const numbers = rows.map(([, number]) => number);
  const expected = Array.from({ length: 42 }, (_, i) => `E${String(i + 1).padStart(2, '0')}`);
  assert.deepEqual(numbers, expected);
  assert.deepEqual(
    rows.flatMap(([, number, shownBy]) => (shownBy === '' ? [number] : [])),
    [],
  );
});

test('every kind of incident is documented, with what to do about it', () => {
  const [, section = ''] = readFileSync('docs/orders.md', 'utf8').split('## Incidents');
  const rows = [...section.matchAll(/^\| `(\w+)` \| \w.*\. \| \w.*\. \|$/gm)];
  assert.deepEqual(
    rows.map(([, kind]) => kind),
    INCIDENT_KINDS,
  );
});

test("docs/exchanges.md: the simulator's column says what the simulator declares", () => {
  const [, table = ''] = readFileSync('docs/exchanges.md', 'utf8').split('## The adapters');
  const said = [...table.matchAll(/^\| `(\w+)` \| ([^|]*?) \|/gm)].map(([, key, word]) => [
    key,
    word,
  ]);
  const declared: Record<keyof Capabilities, unknown> = {
    ...ENGINE_ABILITIES,
    epoch: 'its own, new when the book is lost',
    echo: 'yes, no with `--no-echo`',
  };
  assert.deepEqual(
    Object.fromEntries(said),
    Object.fromEntries(Object.entries(declared).map(([key, value]) => [key, wordOf(value)])),
  );
});

function wordOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  const { timeZone, opensAt, closesAt, currency } = ENGINE_ABILITIES.calendar;
  return `${timeZone} ${opensAt}-${closesAt} ${currency}`;
}
