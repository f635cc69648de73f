// A real browser: EventSource with the session's cookie, which comes back by itself after the
// gateway has ended the stream, and misses nothing. Skipped where there is no Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumPath, Page } from '../streams/chromium.ts';
import { tempDirectory } from '../temp-directory.ts';
import { startExchange } from './exchange-process.ts';
import { Outcry, until } from './outcry.ts';
import { limitOrder, taken } from './product.ts';
import { quietTape } from './quiet-tape.ts';

const chromium = chromiumPath();
const skip = chromium === null ? 'no Chromium here (apt-get install chromium)' : false;

interface Heard {
  readonly type: string;
  readonly id: string;
  readonly data: string;
}

const FOLLOW = `{
  globalThis.heard = [];
  const source = new EventSource('/stream?symbols=ABC&orders=true');
  const hear = ({ type, lastEventId: id, data }) => heard.push({ type, id, data });
  for (const type of ['hello', 'price', 'order', 'trade', 'account', 'reset', 'goaway']) {
    source.addEventListener(type, hear);
  }
  source.onerror = () => heard.push({ type: 'error', id: '', data: String(source.readyState) });
}`;

test('a browser follows its orders by cookie, and resumes by itself after the stream was ended', {
  skip,
}, async (t) => {
  assert(chromium !== null);
  const exchange = await startExchange(t, tempDirectory(t), ['--tape', quietTape(t)]);
  const dataDir = tempDirectory(t);
  const environment = { OUTCRY_EXCHANGE_URL: exchange.url };
  const first = new Outcry(dataDir, environment);
  t.after(() => first.stop());
  await first.ready();
  const alice = first.user(0);
  const page = await Page.open(t, chromium, `${first.url}/livez`);

  await signIn(page, first);
  await page.run(FOLLOW);
  await heardUntil(page, (heard) => typesOf(heard).includes('price'));
  const bought = await taken(alice, limitOrder('buy', 2, 10_001));
  const before = await heardUntil(page, (heard) => isTold(heard, bought, 'filled'));
  assert.equal(before[0]?.type, 'hello');
  const lastId = Number(before.at(-1)?.id);

  const port = String(new URL(first.url).port);
  assert.equal(await first.stop(), 0);
  const second = new Outcry(dataDir, { ...environment, OUTCRY_PORT: port });
  t.after(() => second.stop());
  await second.ready();
  const sold = await taken(second.user(0), limitOrder('sell', 1, 9_999));
  const after = await heardUntil(page, (heard) => isTold(heard, sold, 'filled'));

  const goaway = after.find(({ type }) => type === 'goaway');
  assert.deepEqual(JSON.parse(goaway?.data ?? '{}'), { reason: 'shutdown', resumeFrom: lastId });
  const hellos = after.filter(({ type }) => type === 'hello').map(({ data }) => JSON.parse(data));
  assert.deepEqual(
    hellos.map(({ resume }) => resume),
    ['none', 'resumed'],
    'Last-Event-ID was sent by the browser alone',
  );
  const ids = after.filter(({ type }) => /order|trade|account/.test(type)).map(({ id }) => +id);
  assert.deepEqual(
    ids,
    ids.map((_, n) => (ids[0] ?? 0) + n),
  );
  const errors = after.filter(({ type }) => type === 'error').map(({ data }) => data);
  assert(errors.length > 0, 'the end was seen');
  assert.deepEqual(new Set(errors), new Set(['0']), 'it was reconnecting each time, never closed');
});

async function signIn(page: Page, { demo }: Outcry): Promise<void> {
  const [user] = demo.users;
  const credentials = JSON.stringify({ email: user?.email, password: user?.password });
  const status = await page.run(`fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(credentials)},
  }).then(({ status }) => status)`);
  assert.equal(status, 200);
  assert.equal(await page.run('document.cookie'), '', 'no script can read it');
}

async function heardUntil(page: Page, isEnough: (heard: Heard[]) => boolean): Promise<Heard[]> {
  let heard: Heard[] = [];
  await until(
    async () => {
      heard = JSON.parse(await page.run<string>('JSON.stringify(heard)'));
      return isEnough(heard);
    },
    'the browser to hear of it',
    () => JSON.stringify(heard),
  );
  return heard;
}

function isTold(heard: Heard[], orderId: string, status: string): boolean {
  return heard.some(({ type, data }) => {
    const { order } = type === 'error' ? { order: null } : JSON.parse(data);
    return order?.id === orderId && order.status === status;
  });
}

function typesOf(heard: Heard[]): string[] {
  return heard.map(({ type }) => type);
}
