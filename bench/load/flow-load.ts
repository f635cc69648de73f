// Sends an order flow at a steady rate, whatever comes back: latencies from the intended send time
// by kind, statuses, and a file with what became of each request.
import { writeFileSync } from 'node:fs';
import { Latencies } from '../harness/histogram.ts';
import { OpenLoop, SYSTEM_LOOP_CLOCK } from '../harness/open-loop.ts';
import {
  type HttpFailure,
  HttpPool,
  type HttpReply,
  headText,
  requestText,
  withBody,
} from '../harness/raw-http.ts';
import { codeIn, idIn } from './answer-body.ts';
import { type FlowRequest, OrderFlow } from './order-flow.ts';
import type { FlowPlan, FlowReport, FromLoad } from './protocol.ts';
import { Tally } from './tally.ts';
import { UsageMeter } from './usage-meter.ts';

const WAITING_MAX = 1_000_000;
/** Longer than the broker ever lets a client wait. */
const LAST_ANSWERS_MS = 15_000;
const PROGRESS_MS = 2_000;
const PLACED = 201;

export class FlowLoad {
  readonly #plan: FlowPlan;
  readonly #send: (message: FromLoad) => void;
  readonly #pool: HttpPool;
  readonly #flow: OrderFlow;
  /** Of each user's orders. */
  readonly #orderHeads: readonly string[];
  readonly #loop: OpenLoop;
  readonly #total: number;
  readonly #warmUp: number;
  readonly #usage = new UsageMeter();
  readonly #latencies = { placed: new Latencies(), cancelled: new Latencies() };
  readonly #lateness = new Latencies();
  readonly #statuses = new Tally();
  readonly #errors = new Tally();
  /** One line per 2xx: the order's id, what was asked, intended and answered, wall-clock ms. */
  readonly #outcomes: string[] = [];
  readonly #wallMinusLoopMs = Date.now() - performance.now();
  #answered = 0;
  #measuredAnswers = 0;
  #measuredPlaced = 0;
  #measuredFromMs = 0;
  #lastAnswerMs = 0;
  #measuredUsage = this.#usage.read();
  #onAllAnswered: () => void = () => undefined;

  constructor(plan: FlowPlan, send: (message: FromLoad) => void) {
    this.#plan = plan;
    this.#send = send;
    this.#pool = new HttpPool(plan.target, plan.connections, WAITING_MAX);
    this.#flow = new OrderFlow({ ...plan, users: plan.users.length });
    this.#orderHeads = plan.users.map((user) => orderHeadOf(user, plan));
    this.#warmUp = Math.round(plan.ratePerSecond * plan.warmUpSeconds);
    this.#total = this.#warmUp + Math.round(plan.ratePerSecond * plan.seconds);
    this.#loop = new OpenLoop({
      ratePerSecond: plan.ratePerSecond,
      count: this.#total,
      clock: SYSTEM_LOOP_CLOCK,
      send: (index, intendedMs) => this.#ask(index, intendedMs),
      onSent: () => void this.#finish(),
    });
  }

  async open(): Promise<void> {
    await this.#pool.open();
    this.#send({ kind: 'PhaseReached', phase: 'ready' });
  }

  begin(): void {
    setInterval(() => this.#tellProgress(), PROGRESS_MS).unref();
    this.#loop.start();
  }

  #ask(index: number, intendedMs: number): void {
    const isMeasured = index >= this.#warmUp;
    if (index === this.#warmUp) this.#beginMeasuring(intendedMs);
    if (isMeasured) this.#lateness.record(performance.now() - intendedMs);
    const request = this.#flow.next();
    this.#pool.send(this.#bytesOf(request), (answer) => {
      this.#take(request, answer, intendedMs, isMeasured);
    });
  }

  #bytesOf(request: FlowRequest): string {
    if (request.kind === 'place') {
      return withBody(this.#orderHeads[request.user] as string, request.body);
    }
    const { target, users } = this.#plan;
    const headers = { authorization: `Bearer ${users[request.user]?.token}` };
    return requestText({ method: 'DELETE', path: `/order/${request.orderId}`, target, headers });
  }

  #beginMeasuring(atMs: number): void {
    this.#measuredFromMs = atMs;
    this.#usage.start();
    this.#send({ kind: 'PhaseReached', phase: 'warm' });
  }

  #take(
    request: FlowRequest,
    answer: HttpReply | HttpFailure,
    intendedMs: number,
    isMeasured: boolean,
  ): void {
    const nowMs = performance.now();
    this.#answered++;
    this.#count(request, answer);
    if (answer.outcome === 'reply' && answer.status < 300) {
      const isDone = request.kind === 'cancel' ? answer.status === 200 : answer.status === PLACED;
      if (isDone) this.#countDone(request, nowMs);
      if (isMeasured && isDone) {
        this.#latencies[request.kind === 'cancel' ? 'cancelled' : 'placed'].record(
          nowMs - intendedMs,
        );
      }
      this.#keep(request, answer, intendedMs, nowMs);
    }
    if (this.#answered === this.#total) this.#onAllAnswered();
  }

  /**
   * Also what was sent before it was timed: beyond what is carried that is what is answered first.
   */
  #countDone(request: FlowRequest, nowMs: number): void {
    if (this.#measuredFromMs === 0) return;
    this.#lastAnswerMs = nowMs;
    this.#measuredAnswers++;
    if (request.kind === 'place') this.#measuredPlaced++;
  }

  #count(request: FlowRequest, answer: HttpReply | HttpFailure): void {
    const verb = request.kind === 'cancel' ? 'DELETE' : 'POST';
    if (answer.outcome === 'failure') {
      this.#statuses.add(`${verb} without an answer`);
      this.#errors.add(answer.error);
      return;
    }
    this.#statuses.add(`${verb} ${answer.status}`);
    if (answer.status >= 300) this.#errors.add(`${verb} ${answer.status} ${codeIn(answer.body)}`);
  }

  #keep(request: FlowRequest, { status, body }: HttpReply, intendedMs: number, nowMs: number) {
    const orderId = request.kind === 'cancel' ? request.orderId : idIn(body);
    if (request.kind === 'place' && request.rests) this.#flow.rests(request.user, orderId);
    const at = (ms: number) => (ms + this.#wallMinusLoopMs).toFixed(2);
    this.#outcomes.push(`${orderId} ${request.kind} ${status} ${at(intendedMs)} ${at(nowMs)}`);
  }

  async #finish(): Promise<void> {
    this.#measuredUsage = this.#usage.read();
    this.#send({ kind: 'PhaseReached', phase: 'sent' });
    await new Promise<void>((resolve) => {
      this.#onAllAnswered = resolve;
      setTimeout(resolve, LAST_ANSWERS_MS).unref();
      if (this.#answered === this.#total) resolve();
    });
    const report = this.#report(); // before the close, which would answer what is still open
    this.#pool.close();
    const { outcomesFile } = this.#plan;
    if (outcomesFile !== null) writeFileSync(outcomesFile, `${this.#outcomes.join('\n')}\n`);
    this.#send({ kind: 'Reported', report });
  }

  #report(): FlowReport {
    const seconds = Math.max((this.#lastAnswerMs - this.#measuredFromMs) / 1_000, 0.001);
    return {
      kind: 'FlowReport',
      placed: this.#latencies.placed.summary(),
      cancelled: this.#latencies.cancelled.summary(),
      lateness: this.#lateness.summary(),
      answersInTime: this.#measuredAnswers,
      answersPerSecond: this.#measuredAnswers / seconds,
      placedPerSecond: this.#measuredPlaced / seconds,
      sent: this.#total,
      statuses: this.#statuses.toJSON(),
      errors: this.#errors.toJSON(),
      noAnswer: this.#total - this.#answered,
      restingAtEnd: this.#flow.resting,
      usage: this.#measuredUsage,
    };
  }

  #tellProgress(): void {
    const { sent } = this.#loop;
    const open = sent - this.#answered;
    const text = `${sent} of ${this.#total} requests sent, ${open} without an answer yet`;
    this.#send({ kind: 'Progressed', text });
  }
}

function orderHeadOf({ token }: FlowPlan['users'][number], { target }: FlowPlan): string {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return headText({ method: 'POST', path: '/order', target, headers });
}
