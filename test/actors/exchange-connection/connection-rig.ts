// An exchange-connection under test: its rig, the shared price table as a list, and the steps that
// bring its link up.
import type { PricePublisher } from '../../../src/actors/context.ts';
import {
  ExchangeConnection,
  type Message,
} from '../../../src/actors/exchange-connection/exchange-connection.ts';
import type { LinkState, SubmitOrder } from '../../../src/actors/exchange-connection/protocol.ts';
import { ACTIVE, type TradingStates } from '../../../src/domain/trading-states.ts';
import type { FeedName } from '../../../src/exchange/effects.ts';
import type { Capabilities, ExecutionFrame, PriceFrame } from '../../../src/exchange/port.ts';
import { ActorRig, type Sent, START_MS } from '../test-context.ts';
import { aHeartbeat, aSnapshot, CAPABILITIES, EPOCH, orderIdOf } from '../venue-messages.ts';

export const ORDER_CONNECTIONS = 2;
export const CONNECTIONS = { orders: 2, control: 1, tradeFeed: 1, priceFeed: 1 };
/** Of every answer to `decide`. */
export const DECISION = 0;
export const OPENED = { outcome: 'opened' } as const;

export class ConnectionRig extends ActorRig<Message> {
  /** What the shared table was told: `list SYMBOL` and `SYMBOL=price@seq`. */
  readonly published: string[];

  constructor() {
    const published: string[] = [];
    const publisher: PricePublisher = {
      list: (symbol, _tickInCents, halted) =>
        published.push(`list ${symbol}${halted ? ' halted' : ''}`),
      publish: (symbol, { priceInCents, seq }) =>
        published.push(`${symbol}=${priceInCents}@${seq}`),
    };
    super('exchange-connection/0', (ctx) => {
      const connections = () => CONNECTIONS;
      return new ExchangeConnection(
        { publisher, orderConnections: ORDER_CONNECTIONS, connections },
        ctx,
      );
    });
    this.published = published;
  }

  readCapabilities(capabilities: Partial<Capabilities> = {}): void {
    this.finish('ReadCapabilities', {
      outcome: 'answered',
      epoch: EPOCH,
      capabilities: { ...CAPABILITIES, ...capabilities },
    });
  }

  /** The trade-processor says where it stands, and the feed opens there. */
  openExecutions(position: { epoch: string; seq: number } | null): void {
    this.answer('GetFeedPosition', { outcome: 'feed_position', position });
    this.finish('OpenFeed', OPENED, { feed: 'executions' });
  }

  frames(feed: FeedName, ...frames: (ExecutionFrame | PriceFrame)[]): void {
    this.finish('ReadFeed', { outcome: 'frames', frames }, { feed });
  }

  /**
   * A snapshot of IBM and AIG at 10, the execution feed at its beginning; nothing of it left in
   * `sent`.
   */
  linkUp(capabilities: Partial<Capabilities> = {}): void {
    this.linkUpUndecided(capabilities);
    this.decide();
    this.sent();
  }

  /** Without a word of the directory. */
  linkUpUndecided(capabilities: Partial<Capabilities> = {}): void {
    this.readCapabilities(capabilities);
    this.openExecutions(null);
    this.frames('executions', aHeartbeat(0));
    this.finish('OpenFeed', OPENED, { feed: 'prices' });
    this.frames('prices', aSnapshot(10));
    this.answer('SymbolsListed', { outcome: 'listed' });
    this.sent();
    this.published.length = 0;
  }

  /** The directory tells what is in force; nothing, unless told otherwise. */
  decide(states: Partial<TradingStates> = {}): void {
    const inForce = { version: 1, broker: ACTIVE, symbols: [], ...states };
    const replyTo = { to: 'directory/0', correlationId: DECISION } as const;
    this.receive({ kind: 'ApplyTradingStates', states: inForce, replyTo });
  }

  submit(n: number): SubmitOrder {
    return {
      kind: 'SubmitOrder',
      orderId: orderIdOf(n),
      userId: 'usr_00a',
      symbol: 'IBM',
      side: 'buy',
      timeInForce: 'day',
      priceInCents: 18_000,
      numShares: 10,
      notAfterMs: START_MS + 5_000,
      sandboxFault: null,
      replyTo: this.replyTo(),
    };
  }
}

export function repliesOf(sent: readonly Sent[]): [correlationId: number, reply: unknown][] {
  return sent.flatMap((one) => (one.via === 'reply' ? [[one.correlationId, one.reply]] : []));
}

/** The states of the link that were told, in order. */
export function linksOf(sent: readonly Sent[]): LinkState[] {
  return sent.flatMap((one) => {
    if (one.via !== 'tell' || one.message.kind !== 'LinkChanged') return [];
    return 'link' in one.message ? [one.message.link as LinkState] : [];
  });
}

export function effectsOf(sent: readonly Sent[]): unknown[] {
  return sent.flatMap((one) => (one.via === 'effect' ? [one.effect] : []));
}
