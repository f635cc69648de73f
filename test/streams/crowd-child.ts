// The readers in a process of their own, so that a test neither slows them down nor is slowed down
// by them, and so that they can be stopped as one. It ends with its parent.
import type { Goal, Group, GroupReport, Order, Report } from './crowd-protocol.ts';
import { Follower } from './follower.ts';

const PAUSE_AFTER_MS = 300;
const PAUSE_MS = 11_000;
const REOPEN_MS = 200;
const READ_BYTES = 8_192;
const TRICKLE = { readBytes: 64, readEveryMs: 20 };
const AT_ONCE = 100;

interface Reader {
  readonly group: Group;
  readonly user: string;
  readonly follower: Follower;
}

const readers: Reader[] = [];
let hasRecovered = false;

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit(0));

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'open':
      for (const group of order.groups) await openGroup(order.port, group);
      return answer({});
    case 'storm':
      for (const { group, follower } of readers) {
        if (group.behaviour !== 'storm') continue;
        follower.stream?.leave('reset');
        follower.open();
      }
      return answer({});
    case 'recover':
      hasRecovered = true;
      for (const { group, follower } of readers) {
        if (group.behaviour === 'stall') follower.stream?.resume();
        if (group.behaviour === 'trickle') follower.open({ readBytes: READ_BYTES, readEveryMs: 0 });
      }
      return answer({});
    case 'report':
      return answer(reportOn(order.goal));
  }
}

function answer(report: Report): void {
  process.send?.(report);
}

/** A hundred at a time, so that a refused connection is none of the test's making. */
async function openGroup(port: number, group: Group): Promise<void> {
  for (let n = 0; n < group.count; n++) {
    const reader = openReader(port, group, n);
    readers.push(reader);
    if (n % AT_ONCE === AT_ONCE - 1) await greetedAll();
  }
  await greetedAll();
}

function openReader(port: number, group: Group, n: number): Reader {
  const user = group.users[n % group.users.length];
  if (user === undefined) throw new RangeError(`${group.name} has no users`);
  const reading = group.behaviour === 'trickle' ? TRICKLE : { readBytes: READ_BYTES };
  const follower: Follower = new Follower({
    ...{ port, token: user.token, query: group.query },
    ...reading,
    onEnded: () => setTimeout(() => follower.open(), REOPEN_MS),
  });
  const stream = follower.open();
  if (group.behaviour === 'stall') stream.pause();
  if (group.behaviour === 'pause') {
    setTimeout(() => stream.pause(), PAUSE_AFTER_MS);
    setTimeout(() => stream.resume(), PAUSE_AFTER_MS + PAUSE_MS);
  }
  return { group, user: user.name, follower };
}

async function greetedAll(): Promise<void> {
  const isWaiting = ({ group, follower }: Reader) =>
    (group.behaviour !== 'stall' || hasRecovered) && !follower.isGreeted;
  while (readers.some(isWaiting)) await new Promise((resolve) => setTimeout(resolve, 10));
}

function reportOn(goal: Goal): Report {
  const report: Record<string, GroupReport> = {};
  for (const { name } of new Set(readers.map(({ group }) => group))) {
    const some = readers.filter(({ group }) => group.name === name);
    const behind = some.filter((reader) => !isComplete(reader, goal));
    const counts: Record<string, number> = {};
    for (const { follower } of some) {
      for (const [what, n] of follower.counts) counts[what] = (counts[what] ?? 0) + n;
    }
    report[name] = {
      readers: some.length,
      complete: some.length - behind.length,
      problems: some.flatMap(({ follower }) => follower.problems).slice(0, 10),
      counts,
      example: behind[0] === undefined ? null : wordsOf(behind[0]),
    };
  }
  return report;
}

function isComplete({ group, user, follower }: Reader, { headSeqs, prices }: Goal): boolean {
  const hasEvents = group.query.includes('orders=true');
  if (hasEvents && follower.lastSeq !== headSeqs[user]) return false;
  const watched = /symbols=([A-Z,]+)/.exec(group.query)?.[1]?.split(',') ?? [];
  return watched.every((symbol) => priceOf(follower, symbol) === prices[symbol]);
}

function priceOf(follower: Follower, symbol: string): string {
  const price = follower.prices.get(symbol);
  return price === undefined ? 'none' : `${price.priceInCents} at ${price.lastUpdated}`;
}

function wordsOf({ user, follower }: Reader): string {
  const { lastSeq, isGreeted, counts, prices } = follower;
  const priced = [...prices.keys()].map((symbol) => `${symbol} ${priceOf(follower, symbol)}`);
  return JSON.stringify({ user, lastSeq, isGreeted, counts: [...counts], priced });
}
