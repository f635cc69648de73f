// The auditor on books that real actors have written: sound ones hold, and whatever is changed in
// them is named by its invariant, with the row, and by no other invariant than those that it
// breaks.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { venueLogOf } from '../../proof/simulation/books.ts';
import { BrokerSimulation } from '../../proof/simulation/broker-simulation.ts';
import { People } from '../../proof/simulation/people.ts';
import { seedOf } from '../../proof/simulation/seed.ts';
import { audit, judge } from '../../src/audit/audit.ts';
import { Books } from '../../src/audit/books.ts';
import type { AuditReport } from '../../src/domain/audit-report.ts';
import { BrokenBooks, brokenOf, LOG, logOf, tradedDirectory } from './books-on-disk.ts';
import { anchor, BREAKS } from './breaks.ts';

const AUDITS_MAX = 20;

/** Of a file, by Node. */
const READ_AT_A_TIME = 65_536;

let original = '';
const cleanups: (() => void)[] = [];
before(async () => {
  original = await tradedDirectory({ after: (cleanup) => cleanups.push(cleanup as () => void) });
});
after(() => {
  for (const cleanup of cleanups) cleanup();
});

test('books that real actors have written hold, all of them judged', async (t) => {
  const books = new BrokenBooks(t, original);
  const { hash } = books.ask<{ hash: Buffer }>('SELECT hash FROM events WHERE event_no = 5');
  anchor(books, 5, hash.toString('hex'));
  const report = await books.audit(true);
  assert.deepEqual(brokenOf(report), []);
  assert.deepEqual(
    report.verdicts.filter(({ outcome, notJudged }) => outcome !== 'held' || notJudged !== null),
    [],
  );
  const chain = report.verdicts.find(({ invariant }) => invariant === 'I22');
  assert.equal(chain?.counted['anchors'], 1);
});

for (const { name, change, says, breaks } of BREAKS) {
  test(`${name} is found`, async (t) => {
    const books = new BrokenBooks(t, original);
    change(books);
    const report = await books.audit(true);
    const verdict = report.verdicts.find(({ invariant }) => invariant === breaks[0]);
    assert.match(verdict?.first?.sentence ?? '', says);
    assert.notDeepEqual(verdict?.first?.row, {});
    assert.deepEqual(brokenOf(report).toSorted(), [...breaks].toSorted());
  });
}

test('without an exchange log what needs it is not judged, and says so', async (t) => {
  const books = new BrokenBooks(t, original);
  rmSync(join(books.directory, 'exchange'), { recursive: true });
  const report = await books.audit(false);
  assert.equal(report.outcome, 'held');
  const notJudged = report.verdicts.filter(({ outcome }) => outcome === 'not_judged');
  assert.deepEqual(
    notJudged.map(({ invariant }) => invariant),
    ['I6', 'I12', 'I14', 'I16', 'I25'],
  );
});

test('the log of another exchange proves nothing against the books', async (t) => {
  const books = new BrokenBooks(t, original);
  const stranger = { logSeq: 1, kind: 'epoch', epoch: 'e-other', atMs: 0 };
  writeFileSync(join(books.directory, LOG), `${JSON.stringify(stranger)}\n\n`);
  const report = await books.audit(true);
  assert.deepEqual(brokenOf(report), []);
  for (const invariant of ['I6', 'I12']) {
    const verdict = report.verdicts.find((one) => one.invariant === invariant);
    assert.match(verdict?.notJudged ?? '', /of an epoch that this log does not tell of.* e1/);
  }
});

test("a group at the log's end that was cut off is not there", async (t) => {
  const books = new BrokenBooks(t, original);
  appendFileSync(join(books.directory, LOG), '{"logSeq":9,"kind":"order"}\n{"lo');
  assert.deepEqual(brokenOf(await books.audit(true)), []);
});

test('a group is read whole that is larger than what is read at a time', async (t) => {
  const books = new BrokenBooks(t, original);
  const log = join(books.directory, LOG);
  const [first = '', ...others] = readFileSync(log, 'utf8').replaceAll('\n\n', '\n').split('\n');
  const groupOf = (padding: string) => {
    const padded = JSON.stringify({ logSeq: 0, kind: 'reserve', priceSeq: 1, padding });
    return [first, padded, ...others].join('\n');
  };
  // The first of the two line ends that end it is the last byte of what is read at a time.
  const bytes = 5 * READ_AT_A_TIME - Buffer.byteLength(groupOf(''));
  writeFileSync(log, `${groupOf('x'.repeat(bytes))}\n{"logSeq":9,"kind":"order"}\n`);
  const { verdicts } = await books.audit(true);
  const unproven = verdicts.filter(({ outcome }) => outcome !== 'held');
  assert.deepEqual(unproven, []);
});

test("the exchange's log comes over HTTP just as well", async (t) => {
  const books = new BrokenBooks(t, original);
  const exchangeUrl = await serve(t, logOf(books.directory));
  rmSync(join(books.directory, 'exchange'), { recursive: true });
  const options = { directory: books.directory, withoutVenueLog: 'throw', settled: true } as const;
  const report = await audit({ ...options, exchangeUrl });
  assert.equal(report.venueLog, exchangeUrl);
  assert.deepEqual(brokenOf(report), []);
  const closed = 'http://127.0.0.1:1';
  await assert.rejects(
    audit({ ...options, exchangeUrl: closed }),
    /could not be read from http:\/\/127\.0\.0\.1:1: .*(ECONNREFUSED|bad port)/,
  );
  const without = await audit({ ...options, exchangeUrl: closed, withoutVenueLog: 'audit' });
  assert.equal(without.venueLog, null);
});

test('beside a running broker only what lies below the watermark is judged', async (t) => {
  const seed = seedOf(t);
  const broker = new BrokerSimulation(t, seed, { crashBetweenCommitAndRelease: 0.002 });
  const people = new People(broker);
  await broker.untilDone(people.arrive(4, 20), 300_000);
  broker.beginFaults();
  let isTrading = true;
  const trading = Promise.all(people.customers.map((customer) => customer.trade(25)));
  void trading.then(() => {
    isTrading = false;
  });
  let audits = 0;
  while (isTrading && audits < AUDITS_MAX) {
    await broker.simulation.runUntil(() => !isTrading, 100);
    const books = new Books(broker.directory);
    await broker.simulation.runUntil(() => !isTrading, 50); // the broker goes on under the audit
    const venueLog = venueLogOf(broker, books);
    const report = judge(broker.directory, { books, venueLog, settled: false });
    assert.deepEqual(brokenOf(report), [], JSON.stringify(report));
    venueLog.close();
    books.close();
    audits++;
  }
  assert(audits > 3, `only ${audits} audits`);
});

test('npm run audit ends 0, 1 or 2, and says why', (t) => {
  const books = new BrokenBooks(t, original);
  const sound = run('--data', books.directory, '--settled');
  assert.equal(sound.status, 0, sound.stderr);
  assert.match(sound.stdout, /^I22 held {8}the chain/m);
  assert.match(sound.stdout, /All invariants that were judged hold\.\n$/);

  const last = 'SELECT max(event_no) FROM events WHERE account_no = 1';
  books.change(`UPDATE events SET seq = seq + 1 WHERE event_no = (${last})`);
  const broken = run('--data', books.directory);
  assert.equal(broken.status, 1);
  assert.match(
    broken.stdout,
    /^First break: I18, an event has number \d+, expected was \d+\n {2}shard: 00$/m,
  );
  const asData = run('--data', books.directory, '--json');
  assert.equal(asData.status, 1);
  const report = JSON.parse(asData.stdout) as AuditReport;
  assert.deepEqual(brokenOf(report), ['I18', 'I22']);

  const nowhere = run('--data', join(books.directory, 'nowhere'));
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /nowhere is not a data directory: it has no meta\.json\n$/);
  const odd = run('--exchange', 'nonsense');
  assert.equal(odd.status, 2);
  assert.match(odd.stderr, /^--exchange must be a URL such as/);
});

function run(...args: string[]) {
  const command = ['--import', 'tsx', 'src/audit/main.ts', ...args];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
}

/** An exchange that has nothing to say but its log. */
async function serve(t: TestContext, log: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/v1/log?from=0') response.statusCode = 404;
    response.end(log);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
