// Places orders at a steady rate, whatever comes back, and keeps what came back: latencies,
// statuses, and the ids of the orders that the broker said it had taken.
import { Latencies } from '../harness/histogram.ts';
import { OpenLoop, SYSTEM_LOOP_CLOCK } from '../harness/open-loop.ts';
import { type HttpFailure, HttpPool, type HttpReply, requestText } from '../harness/raw-http.ts';
import { codeIn, idIn } from './answer-body.ts';
import { mixedOrder } from './order-mix.ts';
import type { FromLoad, OrderPlan, OrderReport } from './protocol.ts';
import { Tally } from './tally.ts';
import { UsageMeter } from './usage-meter.ts';

interface Prebuilt {
  readonly userId: string;
  readonly bytes: string;
}

const WAITING_MAX = 100_000;
/** Longer than the broker ever lets a client wait. */
const LAST_ANSWERS_MS = 10_000;
const PROGRESS_MS = 2_000;

export class OrderLoad {
  readonly #plan: OrderPlan;
  readonly #send: (message: FromLoad) => void;
  readonly #pool: HttpPool;
  readonly #requests: readonly Prebuilt[];
  readonly #loop: OpenLoop;
  readonly #usage = new UsageMeter();
  readonly #placed = new Latencies();
  readonly #lateness = new Latencies();
  readonly #statuses = new Tally();
  readonly #errors = new Tally();
  readonly #taken = new Map<string, string[]>();
  #answered = 0;
  #measuredFromMs = 0;
  #lastAnswerMs = 0;
  #measuredUsage = this.#usage.read();
  #onAllAnswered: () => void = () => undefined;

  constructor(plan: OrderPlan, send: (message: FromLoad) => void) {
    this.#plan = plan;
    this.#send = send;
    this.#pool = new HttpPool(plan.target, plan.connections, WAITING_MAX);
    this.#requests = prebuild(plan);
    for (const { userId } of plan.users) this.#taken.set(userId, []);
    this.#loop = new OpenLoop({
      ratePerSecond: plan.ratePerSecond,
      count: this.#requests.length,
      clock: SYSTEM_LOOP_CLOCK,
      send: (index, intendedMs) => this.#place(index, intendedMs),
      onSent: () => void this.#finish(),
    });
  }

  async open(): Promise<void> {
    await this.#pool.open();
    this.#send({ kind: 'PhaseReached', phase: 'ready' });
  }

  begin(): void {
    const progress = setInterval(() => this.#tellProgress(), PROGRESS_MS);
    progress.unref();
    this.#loop.start();
  }

  #place(index: number, intendedMs: number): void {
    const isMeasured = index >= this.#plan.warmUpOrders;
    if (index === this.#plan.warmUpOrders) this.#beginMeasuring(intendedMs);
    const { userId, bytes } = this.#requests[index] as Prebuilt;
    if (isMeasured) this.#lateness.record(performance.now() - intendedMs);
    this.#pool.send(bytes, (answer) => {
      const nowMs = performance.now();
      if (isMeasured && isCreated(answer)) {
        this.#placed.record(nowMs - intendedMs);
        this.#lastAnswerMs = nowMs;
      }
      this.#count(userId, answer);
    });
  }

  #beginMeasuring(atMs: number): void {
    this.#measuredFromMs = atMs;
    this.#usage.start();
    this.#send({ kind: 'PhaseReached', phase: 'warm' });
  }

  #count(userId: string, answer: HttpReply | HttpFailure): void {
    this.#answered++;
    if (answer.outcome === 'failure') {
      this.#statuses.add('no status');
      this.#errors.add(answer.error);
    } else {
      this.#statuses.add(String(answer.status));
      if (answer.status < 300) this.#taken.get(userId)?.push(idIn(answer.body));
      else this.#errors.add(`${answer.status} ${codeIn(answer.body)}`);
    }
    if (this.#answered === this.#requests.length) this.#onAllAnswered();
  }

  async #finish(): Promise<void> {
    this.#measuredUsage = this.#usage.read();
    this.#send({ kind: 'PhaseReached', phase: 'sent' });
    await new Promise<void>((resolve) => {
      this.#onAllAnswered = resolve;
      setTimeout(resolve, LAST_ANSWERS_MS).unref();
      if (this.#answered === this.#requests.length) resolve();
    });
    const report = this.#report(); // before the close, which would answer what is still open
    this.#pool.close();
    this.#send({ kind: 'Reported', report });
  }

  #report(): OrderReport {
    const placed = this.#placed.summary();
    const seconds = (this.#lastAnswerMs - this.#measuredFromMs) / 1_000;
    return {
      kind: 'OrderReport',
      placed,
      lateness: this.#lateness.summary(),
      answersPerSecond: placed.count === 0 ? 0 : placed.count / seconds,
      statuses: this.#statuses.toJSON(),
      errors: this.#errors.toJSON(),
      noAnswer: this.#requests.length - this.#answered,
      takenOrders: Object.fromEntries(this.#taken),
      usage: this.#measuredUsage,
    };
  }

  #tellProgress(): void {
    const { sent } = this.#loop;
    const open = sent - this.#answered;
    const text = `${sent} of ${this.#requests.length} orders sent, ${open} without an answer yet`;
    this.#send({ kind: 'Progressed', text });
  }
}

/** All bytes are made before the first is sent: making them must not delay what is timed. */
function prebuild(plan: OrderPlan): Prebuilt[] {
  const { users, symbols, target } = plan;
  return Array.from({ length: plan.warmUpOrders + plan.measuredOrders }, (_, index) => {
    const user = users[index % users.length];
    if (user === undefined) throw new RangeError('the plan has no users');
    const body = JSON.stringify(mixedOrder(Math.floor(index / users.length), symbols));
    const headers = {
      authorization: `Bearer ${user.token}`,
      'content-type': 'application/json',
    };
    const bytes = requestText({ method: 'POST', path: '/order', target, headers, body });
    return { userId: user.userId, bytes };
  });
}

function isCreated(answer: HttpReply | HttpFailure): boolean {
  return answer.outcome === 'reply' && answer.status === 201;
}
