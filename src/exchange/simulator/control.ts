// `POST /v1/control`: what an operator or a test makes the exchange do. Only there when the
// simulator was started with --control.
import { DecodeError } from '../errors.ts';
import {
  booleanOf,
  integerOf,
  type JsonObject,
  oneOf,
  parseObject,
  textOf,
} from '../json-fields.ts';
import type { AmendmentResult } from './amendments.ts';
import type { Exchange, ExchangeReply } from './exchange.ts';
import { refusal } from './exchange.ts';
import type { Faults } from './faults/faults.ts';
import { PRESETS } from './faults/presets.ts';
import { allowOnly, readPlan } from './faults/read-plan.ts';
import type { TradingFloor } from './trading-floor.ts';

export interface Controlled {
  readonly exchange: Exchange;
  readonly floor: TradingFloor;
  readonly faults: Faults;
}

type Deed = (controlled: Controlled, command: JsonObject) => ExchangeReply;

const FOR_MS_MAX = 3_600_000;

const DEEDS: Readonly<Record<string, { readonly keys: readonly string[]; readonly run: Deed }>> = {
  bust: {
    keys: ['execId'],
    run: ({ exchange }, command) => {
      const execId = textOf(command, 'execId');
      return amended(exchange.run((engine, nowMs) => engine.bust(execId, nowMs)));
    },
  },
  correct: {
    keys: ['execId', 'lastQty', 'lastPriceInCents'],
    run: ({ exchange }, command) => {
      const execId = textOf(command, 'execId');
      const lastQty = integerOf(command, 'lastQty');
      const terms = { lastQty, lastPriceInCents: integerOf(command, 'lastPriceInCents') };
      return amended(exchange.run((engine, nowMs) => engine.correct(execId, terms, nowMs)));
    },
  },
  halt: {
    keys: ['symbol', 'halted'],
    run: ({ exchange }, command) => {
      const [symbol, halted] = [textOf(command, 'symbol'), booleanOf(command, 'halted')];
      const isListed = exchange.run((engine, nowMs) => engine.halt(symbol, halted, nowMs));
      return isListed ? ok() : refusal(409, 'unknown_symbol', symbol);
    },
  },
  'close-session': {
    keys: [],
    run: ({ floor }) =>
      floor.closeSession() ? ok() : refusal(409, 'already_closed', 'no session'),
  },
  'open-session': {
    keys: [],
    run: ({ floor }) => (floor.openSession() ? ok() : refusal(409, 'already_open', 'a session is')),
  },
  'half-open': {
    keys: ['forMs'],
    run: ({ faults }, command) => {
      faults.strike({ fault: 'half-open', forMs: forMsOf(command), loseBook: false });
      return ok();
    },
  },
  restart: {
    keys: ['forMs', 'loseBook'],
    run: ({ faults }, command) => {
      const loseBook = command['loseBook'] === undefined ? false : booleanOf(command, 'loseBook');
      faults.strike({ fault: 'restart', forMs: forMsOf(command), loseBook });
      return ok();
    },
  },
  'cut-feeds': {
    keys: [],
    run: ({ exchange }) => {
      exchange.cutFeeds();
      return ok();
    },
  },
  'count-readers': {
    keys: [],
    run: ({ exchange: { executions, prices } }) =>
      ok({ executions: executions.reading, prices: prices.reading }),
  },
  'lose-book': {
    keys: [],
    run: ({ exchange, faults }) => {
      faults.strike({ fault: 'lose-book', forMs: 0, loseBook: true });
      return ok({ epoch: exchange.engine.epoch });
    },
  },
  faults: {
    keys: ['faults', 'seed', 'preset'],
    run: ({ faults }, { do: _, ...command }) => {
      const preset = command['preset'] === undefined ? null : textOf(command, 'preset');
      if (preset === null) faults.follow(readPlan(command));
      else faults.follow(readPlan(presetOf(preset, command)));
      return ok();
    },
  },
  replay: {
    keys: ['fromSeq'],
    run: ({ exchange }, command) => {
      const fromSeq = integerOf(command, 'fromSeq');
      if (exchange.repeatExecutions(fromSeq)) return ok();
      return refusal(409, 'not_kept', `the executions from ${fromSeq} on are too many to repeat`);
    },
  },
};

export class Control {
  readonly #controlled: Controlled;

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
  }

  /** Throws DecodeError for a command that is malformed; nothing has happened then. */
  answer(body: string): ExchangeReply {
    const command = parseObject(body);
    const name = oneOf(command, 'do', Object.keys(DEEDS));
    const deed = DEEDS[name];
    if (deed === undefined) throw new DecodeError(`${name} cannot be done`);
    allowOnly(command, ['do', ...deed.keys]);
    return deed.run(this.#controlled, command);
  }
}

function presetOf(name: string, { seed, faults }: JsonObject): JsonObject {
  if (faults !== undefined) throw new DecodeError('faults and preset exclude each other');
  const preset = PRESETS[oneOf({ preset: name }, 'preset', Object.keys(PRESETS))] ?? {};
  return seed === undefined ? preset : { ...preset, seed };
}

function forMsOf(command: JsonObject): number {
  const forMs = integerOf(command, 'forMs');
  if (forMs >= 1 && forMs <= FOR_MS_MAX) return forMs;
  throw new DecodeError(`forMs must be from 1 to ${FOR_MS_MAX}, but was ${forMs}`);
}

function amended(result: AmendmentResult): ExchangeReply {
  if (result.outcome === 'refused') return refusal(409, result.reason, 'nothing has changed');
  return ok({ execId: result.execId, cumQty: result.cumQty });
}

function ok(members: object = {}): ExchangeReply {
  return { status: 200, body: { ok: true, ...members } };
}
