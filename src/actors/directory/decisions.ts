// Decides whether trading goes on, for the broker and each symbol: durable first, then applied by
// every shard and by the exchange-connection, who are asked until they answer, and anew whenever
// they come up. A decision is acknowledged when all of them have applied it.
import { ACTIVE, type TradingStates } from '../../domain/trading-states.ts';
import { type Address, isAskFailure } from '../../runtime/actor.ts';
import type { DirectoryStore } from '../../store/directory-store.ts';
import type { NumberedDecision } from '../../store/trading-state-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type {
  DecisionMessage,
  DecisionOverdue,
  DirectoryContext,
  StatesAnswered,
  TargetLife,
} from './messages.ts';
import type { ApplyTradingStates, GetTradingStates, SetTradingState } from './protocol.ts';

export interface DecisionOptions {
  readonly askMs: number;
  readonly retryMs: number;
  /** How long whoever decides waits for the last of them. */
  readonly patienceMs: number;
  readonly openMax: number;
}

/** A decision that somebody waits for. */
interface Open {
  readonly command: SetTradingState;
  readonly decidedAtMs: number;
  /** Who has not applied it yet. */
  readonly missing: Set<Address>;
  readonly onTheWire: Set<string>;
  notSent: number;
}

export class Decisions {
  readonly #store: DirectoryStore;
  readonly #options: DecisionOptions;
  readonly #targets: readonly Address[];
  /** By version. */
  readonly #open = new Map<number, Open>();

  constructor(
    store: DirectoryStore,
    shards: readonly Address[],
    options: DecisionOptions,
    ctx: DirectoryContext,
  ) {
    this.#store = store;
    this.#options = options;
    this.#targets = [EXCHANGE_CONNECTION, ...shards];
    for (const target of this.#targets) {
      ctx.watch(target, (event) => ({ kind: 'TargetLife', event }));
    }
  }

  receive(message: DecisionMessage, ctx: DirectoryContext): void {
    switch (message.kind) {
      case 'StatesAnswered':
        return this.#onAnswered(message, ctx);
      case 'StatesDue':
        return this.#askAgain(message.target, ctx);
      case 'TargetLife':
        return this.#onTargetLife(message, ctx);
      case 'DecisionOverdue':
        return this.#onOverdue(message, ctx);
    }
  }

  set(command: SetTradingState, ctx: DirectoryContext): void {
    const { symbol, state, reason, by, replyTo } = command;
    if (symbol !== null && !this.#store.hasSymbol(symbol)) {
      return ctx.reply(replyTo, { outcome: 'unknown_symbol' });
    }
    if (this.#open.size >= this.#options.openMax) return ctx.reply(replyTo, { outcome: 'busy' });
    const decidedAtMs = ctx.nowMs();
    const decision = { symbol: symbol ?? '', state, reason, by, atMs: decidedAtMs };
    const version = this.#store.tradingStates.add(decision);
    ctx.log('warn', `${symbol ?? 'the broker'} is ${state}`, { version, reason, by });
    const missing = new Set(this.#targets);
    const onTheWire = new Set<string>();
    this.#open.set(version, { command, decidedAtMs, missing, onTheWire, notSent: 0 });
    for (const target of this.#targets) this.#ask(target, ctx);
    const overdue: DecisionOverdue = { kind: 'DecisionOverdue', version };
    ctx.after(this.#options.patienceMs, overdue, timerOf(version));
  }

  get({ replyTo }: GetTradingStates, ctx: DirectoryContext): void {
    const decisions = this.#store.tradingStates.listInForce();
    const broker = decisions.find(({ symbol }) => symbol === '');
    const symbols = decisions.filter(isRestrictedSymbol);
    ctx.reply(replyTo, {
      outcome: 'trading_states',
      version: this.#store.tradingStates.version,
      broker: broker === undefined ? { ...ACTIVE, by: null, atMs: null } : decided(broker),
      symbols: symbols.map((decision) => ({ symbol: decision.symbol, ...decided(decision) })),
    });
  }

  #onTargetLife({ event: { address, state } }: TargetLife, ctx: DirectoryContext): void {
    if (state === 'up') this.#askAgain(address, ctx);
  }

  /**
   * What a connection that died had written, only the shards can name now: they are asked again
   * too.
   */
  #askAgain(target: Address, ctx: DirectoryContext): void {
    if (target !== EXCHANGE_CONNECTION) return this.#ask(target, ctx);
    const targets = this.#open.size > 0 ? this.#targets : [target];
    for (const { missing } of this.#open.values()) {
      for (const each of targets) missing.add(each);
    }
    for (const each of targets) this.#ask(each, ctx);
  }

  #ask(target: Address, ctx: DirectoryContext): void {
    const states = this.#statesInForce();
    ctx.ask<ApplyTradingStates>(
      target,
      { kind: 'ApplyTradingStates', states },
      (answer) => ({ kind: 'StatesAnswered', target, version: states.version, answer }),
      this.#options.askMs,
    );
  }

  #onAnswered({ target, version, answer }: StatesAnswered, ctx: DirectoryContext): void {
    if (isAskFailure(answer)) {
      ctx.count('trading_states_unanswered');
      return ctx.after(this.#options.retryMs, { kind: 'StatesDue', target }, `states:${target}`);
    }
    for (const [decided, open] of this.#open) {
      if (decided > version) continue;
      open.missing.delete(target);
      open.notSent += answer.notSent;
      for (const orderId of answer.onTheWire) open.onTheWire.add(orderId);
      if (open.missing.size === 0) this.#acknowledge(decided, open, ctx);
    }
  }

  #acknowledge(version: number, open: Open, ctx: DirectoryContext): void {
    this.#open.delete(version);
    ctx.cancelTimer(timerOf(version));
    const { command, decidedAtMs, notSent, onTheWire } = open;
    ctx.reply(command.replyTo, {
      outcome: 'in_force',
      version,
      appliedInMs: ctx.nowMs() - decidedAtMs,
      notSent,
      onTheWire: command.state === 'halted' ? [...onTheWire] : [],
    });
  }

  #onOverdue({ version }: DecisionOverdue, ctx: DirectoryContext): void {
    const open = this.#open.get(version);
    if (open === undefined) return;
    this.#open.delete(version);
    const missing = [...open.missing];
    ctx.log('error', `trading states ${version} are not applied by all yet`, { missing });
    ctx.reply(open.command.replyTo, { outcome: 'not_applied', version, missing });
  }

  #statesInForce(): TradingStates {
    const decisions = this.#store.tradingStates.listInForce();
    const broker = decisions.find(({ symbol }) => symbol === '') ?? ACTIVE;
    return {
      version: this.#store.tradingStates.version,
      broker: { state: broker.state, reason: broker.reason },
      symbols: decisions
        .filter(isRestrictedSymbol)
        .map(({ symbol, state, reason }) => ({ symbol, state, reason })),
    };
  }
}

function isRestrictedSymbol({ symbol, state }: NumberedDecision): boolean {
  return symbol !== '' && state !== 'active';
}

function decided({ state, reason, by, atMs }: NumberedDecision) {
  return { state, reason, by, atMs };
}

function timerOf(version: number): string {
  return `decision:${version}`;
}
