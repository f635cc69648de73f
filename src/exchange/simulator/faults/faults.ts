// Stands before the exchange and lets go wrong what a plan, an operator or a customer's own order
// asks for. Without any of them every request is answered as the exchange answers it.

import type { Exchange, ExchangeReply } from '../exchange.ts';
import { refusal } from '../exchange.ts';
import { seededRandom } from '../random.ts';
import type { ExchangeRequest } from '../requests.ts';
import type { Fault, FaultPlan, Outage } from './fault-plan.ts';
import { FrameFaults } from './frame-faults.ts';
import { HeldReplies } from './held-replies.ts';
import type { Line } from './line.ts';
import { RequestFaults, type Treatment } from './request-faults.ts';
import { TradeFaults } from './trade-faults.ts';
import { Trigger } from './trigger.ts';

/** What a request hears; not called at all for one that hears nothing. */
export type Respond = (reply: ExchangeReply | 'reset') => void;

export interface FaultsOptions {
  readonly exchange: Exchange;
  readonly line: Line;
  readonly seed: number;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, run: () => void) => void;
  /** Ends every connection and takes no new one, and takes them again. */
  readonly doors: { shut(): void; open(): void };
  /** The book is gone: whatever plays the market begins anew. */
  readonly onBookLost: () => void;
}

const ERROR = refusal(500, 'internal_error', 'a fault that was asked for');

export class Faults {
  readonly #options: FaultsOptions;
  readonly #trades: TradeFaults;
  readonly #held: HeldReplies;
  #requests = new RequestFaults([], []);
  #outages: { readonly fault: Outage; readonly trigger: Trigger }[] = [];
  /** Counts plans: a timer of an earlier one does nothing. */
  #plan = 0;
  /** Counts silences: the end of an earlier one ends no later one. */
  #silence = 0;

  constructor(options: FaultsOptions) {
    this.#options = options;
    const { exchange, after, nowMs } = options;
    this.#held = new HeldReplies(after);
    this.#trades = new TradeFaults({ after, nowMs, run: (command) => exchange.run(command) });
    exchange.onExecution((execution) => {
      if (execution.execKind !== 'trade') return;
      this.#held.traded(execution.clientOrderId ?? '');
      this.#trades.seen(execution);
    });
  }

  /** In place of the plan before it; everything is counted from now. */
  follow({ faults, seed }: FaultPlan): void {
    const { line, nowMs, after } = this.#options;
    const plan = ++this.#plan;
    const beganAtMs = nowMs();
    const random = seededRandom(seed ?? this.#options.seed);
    const triggered = <Family extends Fault['family']>(family: Family) =>
      faults
        .filter((fault): fault is Extract<Fault, { family: Family }> => fault.family === family)
        .map((fault) => ({ fault, trigger: new Trigger(fault.when, beganAtMs, random) }));
    this.#requests = new RequestFaults(triggered('request'), triggered('order'));
    this.#trades.plan(triggered('trade'));
    const frames = triggered('frame');
    const ofFeed = (feed: 'executions' | 'prices') =>
      new FrameFaults(
        frames.filter(({ fault }) => fault.feed === feed),
        nowMs,
      );
    line.spoil({ executions: ofFeed('executions'), prices: ofFeed('prices') });
    this.#outages = triggered('outage');
    for (const { fault } of this.#outages) {
      if (fault.when.afterMs !== null)
        after(fault.when.afterMs, () => this.#strikeFrom(fault, plan));
    }
  }

  answer(asked: ExchangeRequest, respond: Respond): void {
    const { line, after, nowMs } = this.#options;
    line.whenHeard(() => {
      const treatment = this.#requests.treat(asked, nowMs());
      if (treatment.slowMs === 0) this.#take(treatment, respond);
      else after(treatment.slowMs, () => this.#take(treatment, respond));
    });
  }

  strike({ fault, forMs, loseBook }: Pick<Outage, 'fault' | 'forMs' | 'loseBook'>): void {
    const { exchange, doors, after } = this.#options;
    switch (fault) {
      case 'half-open':
        return this.#fallSilent(forMs);
      case 'restart':
        doors.shut();
        if (loseBook) this.#loseBook();
        return after(forMs, () => doors.open());
      case 'lose-book':
        return this.#loseBook();
      case 'cut-feeds':
        return exchange.cutFeeds();
    }
  }

  #strikeFrom(outage: Outage, plan: number): void {
    if (plan !== this.#plan) return;
    this.strike(outage);
    const { everyMs } = outage;
    if (everyMs !== null) this.#options.after(everyMs, () => this.#strikeFrom(outage, plan));
  }

  #take(treatment: Treatment, respond: Respond): void {
    const { exchange } = this.#options;
    const { request, isSeen, heldForTradeOf, tradeLeadMs, lateMs } = treatment;
    const send = this.#held.hold(heldForTradeOf, tradeLeadMs, lateMs, (reply: ExchangeReply) =>
      this.#reply(treatment.reply, reply, respond),
    );
    if (request.kind === 'Place') this.#trades.placing(request.orders);
    const reply = isSeen ? exchange.answer(request) : ERROR;
    const orders = request.kind === 'Place' ? request.orders.length : 0;
    for (const { fault, trigger } of this.#outages) {
      const isCounted = orders > 0 && fault.when.at !== null;
      if (isCounted && trigger.strikes(orders, this.#options.nowMs())) this.strike(fault);
    }
    send(reply);
  }

  /** An answer too stays on a line that has fallen silent. */
  #reply(how: Treatment['reply'], reply: ExchangeReply, respond: Respond): void {
    if (how === 'nothing') return;
    this.#options.line.whenHeard(() => {
      if (how === 'reset') respond('reset');
      else respond(how === '5xx' ? ERROR : reply);
    });
  }

  #fallSilent(forMs: number): void {
    const { line, exchange, after } = this.#options;
    const silence = ++this.#silence;
    line.fallSilent();
    after(forMs, () => {
      if (silence !== this.#silence) return;
      line.speak();
      exchange.pumpFeeds();
    });
  }

  #loseBook(): void {
    this.#options.exchange.loseBook();
    this.#options.onBookLost();
  }
}
