// A thousand readers over real sockets, a third of them bad: who reads sees nothing of it, what the
// broker holds stays bounded, and who recovers has missed nothing (I18-I20, I24).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '../../src/limits.ts';
import type { Api } from '../scenario/api.ts';
import { type Outcry, until } from '../scenario/outcry.ts';
import { limitOrder, newCustomer, startProduct } from '../scenario/product.ts';
import { Crowd } from '../streams/crowd.ts';
import type { Goal, Group, Report } from '../streams/crowd-protocol.ts';
import { Follower } from '../streams/follower.ts';
import {
  deepestMailbox,
  heldIn,
  isNothingHeld,
  type Threads,
  threadsOf,
} from '../streams/threads-seen.ts';
import { startTraders } from '../streams/traders.ts';

const TRADERS = 4;
/**
 * Of the one whose readers stall: first fewer events than a resume gives, then more, so that the
 * sockets of both sides (4 MB of 400 bytes each) cannot take them.
 */
const EVENTS_BEFORE = 7_500;
const EVENTS_AFTER = 6_500;
const HISTORY_BATCH = 100;
const STALLED = 60;
const FROZEN = 20;
const STORMS = 4;
/** A lane has 1 MB at the most, and what was written once waits in its socket too. */
const GROWTH_MB_MAX = 200;
const DEPTH_MAX = 2_000;
/** Connections of the test's own requests. */
const FILES_OF_OTHERS = 20;

test('a thousand readers, a third of them bad: the others see nothing of it', async (t) => {
  const { outcry } = await startProduct(t, { environment: { OUTCRY_GATEWAY_THREADS: '2' } });
  const admin = outcry.admin();
  const filesBefore = openFiles(outcry.brokerPid);
  const customers = new Map<string, Api>();
  for (let n = 0; n < TRADERS; n++) {
    customers.set(`trader-${n}`, await newCustomer(outcry, `trader-${n}`, RICH));
  }
  const heavy = await newCustomer(outcry, 'heavy', RICH);
  await makeHistory(outcry, heavy, EVENTS_BEFORE);
  assert((await headOf(outcry, heavy)) < LIMITS.resumeEventsMax, 'all of it is resumed');
  const groups = groupsOf(customers, heavy);
  const { port } = new URL(outcry.url);

  const [good, bad, frozen] = [new Crowd(t), new Crowd(t), new Crowd(t)];
  await good.open(Number(port), groups.good);
  const meter = new Meter(outcry, admin);
  const measured = meter.run();
  const traders = startTraders([...customers.values()], ['ABC', 'XYZ'], { pauseMs: 20 });
  await Promise.all([bad.open(Number(port), groups.bad), frozen.open(Number(port), groups.frozen)]);
  frozen.freeze();
  for (let n = 0; n < STORMS; n++) {
    await bad.storm();
    await makeHistory(outcry, heavy, EVENTS_AFTER / STORMS);
  }
  await until(
    async () => slowEnds(await threadsOf(admin)) >= STALLED + FROZEN,
    'those that read nothing to be given up',
    () => meter.text,
  );
  await until(
    async () => {
      const streams = streamsIn(await threadsOf(admin));
      return openFiles(outcry.brokerPid) <= filesBefore + streams + FILES_OF_OTHERS;
    },
    'their sockets to be closed, though they read nothing',
    () => `${openFiles(outcry.brokerPid)} files, ${filesBefore} before; ${meter.text}`,
  );
  await bad.recover();
  await traders.stop();
  await meter.stop();
  await measured;

  const goal = () => goalOf(outcry, new Map([...customers, ['heavy', heavy]]));
  const [fine, recovered] = [await completeAt(good, goal), await completeAt(bad, goal)];
  t.diagnostic(`${await headOf(outcry, heavy)} events of the one`);
  t.diagnostic(`${traders.placed} orders; ${meter.text}`);
  t.diagnostic(JSON.stringify(recovered));
  for (const [name, { problems, counts, readers }] of Object.entries(fine)) {
    assert.deepEqual(problems, [], name);
    assert.deepEqual(counts, { 'hello resumed': readers }, 'nothing has happened to them');
  }
  for (const { problems } of Object.values(recovered)) assert.deepEqual(problems, []);
  const { broken = 0, complete = 0 } = recovered['stalled']?.counts ?? {};
  assert.equal(
    broken + complete,
    STALLED,
    'each was ended once; whoever reads too late, without a word',
  );
  assert(meter.depth <= DEPTH_MAX, meter.text);
  assert(meter.growthMb <= GROWTH_MB_MAX, meter.text);

  await Promise.all([good, bad, frozen].map((crowd) => crowd.kill()));
  await until(async () => isNothingHeld(await threadsOf(admin)), 'nothing to be left of them');
});

const RICH = [
  { asset: 'USD', amount: 10_000_000_000 },
  { asset: 'ABC', amount: 10_000 },
  { asset: 'XYZ', amount: 10_000 },
];

function groupsOf(customers: ReadonlyMap<string, Api>, heavy: Api) {
  const usual = {
    users: [...customers].map(([name, { token }]) => ({ name, token })),
    query: 'symbols=ABC,XYZ&orders=true',
  };
  const long = { ...usual, users: [{ name: 'heavy', token: heavy.token }] };
  const good: Group[] = [
    { ...usual, name: 'healthy', behaviour: 'healthy', count: 650 },
    { ...long, name: 'healthy beside the stalled', behaviour: 'healthy', count: 20 },
  ];
  const bad: Group[] = [
    { ...long, name: 'stalled', behaviour: 'stall', count: STALLED },
    { ...usual, name: 'trickling', behaviour: 'trickle', count: 40 },
    { ...usual, name: 'pausing', behaviour: 'pause', count: 20 },
    { ...long, name: 'pausing with much to read', behaviour: 'pause', count: 20 },
    { ...usual, name: 'storming', behaviour: 'storm', count: 140 },
  ];
  const frozen: Group[] = [
    { ...usual, name: 'frozen', behaviour: 'healthy', count: 40 },
    { ...long, name: 'frozen with much to read', behaviour: 'stall', count: FROZEN },
  ];
  return { good, bad, frozen };
}

/** Orders that never trade, placed and cancelled, until there are so many events more. */
async function makeHistory(outcry: Outcry, api: Api, events: number): Promise<void> {
  const before = await headOf(outcry, api);
  while ((await headOf(outcry, api)) < before + events) {
    const order = limitOrder('buy', 1, 9_100);
    const batch = Array.from({ length: HISTORY_BATCH }, () => api.place(order));
    for (const { status, body } of await Promise.all(batch)) {
      assert(status < 300, JSON.stringify(body));
    }
    const { status, body } = await api.request('DELETE', '/orders');
    assert(status < 300, JSON.stringify(body));
  }
}

/** As a hello tells it. */
async function headOf(outcry: Outcry, { token }: Api): Promise<number> {
  const port = Number(new URL(outcry.url).port);
  const asker = new Follower({ port, token, query: 'orders=true' });
  const stream = asker.open();
  await until(() => asker.isGreeted, 'a hello');
  stream.leave('close');
  return asker.headSeq ?? 0;
}

async function goalOf(outcry: Outcry, customers: ReadonlyMap<string, Api>): Promise<Goal> {
  const headSeqs: Record<string, number> = {};
  for (const [name, api] of customers) headSeqs[name] = await headOf(outcry, api);
  const prices: Record<string, string> = {};
  for (const symbol of ['ABC', 'XYZ']) {
    const { body } = await outcry.user(0).get(`/symbol/${symbol}`);
    prices[symbol] = `${body.priceInCents} at ${body.lastUpdated}`;
  }
  return { headSeqs, prices };
}

/** Asked for anew each time: on a busy machine the last order may be answered after its client. */
async function completeAt(crowd: Crowd, goalNow: () => Promise<Goal>): Promise<Report> {
  let report: Report = {};
  let goal: Goal | null = null;
  await until(
    async () => {
      goal = await goalNow();
      report = await crowd.report(goal);
      return Object.values(report).every(({ readers, complete }) => complete === readers);
    },
    'every reader to have everything',
    () => JSON.stringify({ goal, report }),
  );
  return report;
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function streamsIn(threads: Threads): number {
  return heldIn(threads)['streams'] ?? 0;
}

function slowEnds(threads: Threads): number {
  return Object.values(threads).reduce(
    (sum, { counters }) => sum + (counters['streams_ended_slow'] ?? 0),
    0,
  );
}

/** Looks at the broker all the time: its memory, and its deepest mailbox. */
class Meter {
  depth = 0;
  growthMb = 0;
  #deepest = 'none';
  #streams = 0;
  #slow = 0;
  #isStopped = false;
  readonly #beforeMb: number;
  readonly #pid: number;
  readonly #admin: Api;

  constructor(outcry: Outcry, admin: Api) {
    this.#pid = outcry.brokerPid;
    this.#admin = admin;
    this.#beforeMb = residentMb(this.#pid);
  }

  get text(): string {
    const grown = `${Math.round(this.#beforeMb)} MB and ${Math.round(this.growthMb)} more`;
    const streams = `${this.#streams} streams, ${this.#slow} ended as slow`;
    return `${grown}, ${this.depth} messages in ${this.#deepest}, ${streams}`;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const threads = await threadsOf(this.#admin);
      const deepest = deepestMailbox(threads);
      if (deepest !== null && deepest.depth > this.depth) {
        this.depth = deepest.depth;
        this.#deepest = deepest.address;
      }
      this.growthMb = Math.max(this.growthMb, residentMb(this.#pid) - this.#beforeMb);
      this.#slow = slowEnds(threads);
      this.#streams = Math.max(this.#streams, streamsIn(threads));
      await sleep(250);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
  }
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
}
