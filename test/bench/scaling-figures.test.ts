import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  at,
  figureNames,
  MeasuredFigures,
  readMeasuredFigures,
} from '../../bench/scaling/measured-figures.ts';

test('a pointer goes through objects, and picks the element of a list that has the values', () => {
  const document = {
    scenes: [
      { name: 'a', n: 1 },
      { name: 'a', n: 2, 'p 50': { x: 7 } },
    ],
  };
  assert.equal(at(document, 'scenes[name=a,n=2]/p 50/x'), 7);
  assert.equal(at(document, 'scenes[name=b]/p 50/x'), undefined);
  assert.equal(at(document, 'scenes/none/x'), undefined);
  assert.equal(at(undefined, 'scenes'), undefined);
});

test('a figure that no file holds says which file, where in it, and what to run', () => {
  const figures = new MeasuredFigures({});
  assert.deepEqual(figures.missing(), figureNames());
  assert.throws(
    () => figures.get('walBytesPerOrder'),
    /growth\.json has no results\/figures\/walBytesPerOrder; run `npm run bench -- growth`/,
  );
});

test('figures are read from where they stand; nonsense is refused by its place', () => {
  const directory = mkdtempSync(join(tmpdir(), 'outcry-figures-'));
  const write = (bytesPerOrder: unknown) =>
    writeFileSync(
      join(directory, 'growth.json'),
      JSON.stringify({ results: { figures: { bytesPerOrder } } }),
    );
  try {
    write(1_234);
    assert.deepEqual(readMeasuredFigures(directory).values, { bytesPerOrder: 1_234 });
    write(0);
    assert.throws(
      () => readMeasuredFigures(directory),
      /growth\.json: results\/figures\/bytesPerOrder was 0/,
    );
    writeFileSync(join(directory, 'growth.json'), '{');
    assert.throws(() => readMeasuredFigures(directory), /growth\.json cannot be read/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('what the price bench has written is found', () => {
  const { values } = readMeasuredFigures('bench/results');
  for (const name of figureNames().filter((figure) => /Gateway|Stream|PriceEvent/.test(figure))) {
    assert.equal(typeof values[name], 'number', name);
  }
});
