// The only actor that talks to the exchange: submits, cancels and questions go out through it, both
// feeds come in. Nothing here survives a restart and nothing needs to: the rows of others say what
// is open.
import { LIMITS } from '../../limits.ts';
import type { Actor, Address, LifeEvent } from '../../runtime/actor.ts';
import { TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext, PricePublisher } from '../context.ts';
import { CapabilitiesProbe, type ProbeMessage } from './capabilities-probe.ts';
import { skewIn } from './clock-skew.ts';
import { ControlLane, type ControlLaneMessage } from './control-lane.ts';
import { ExecutionFeed, type ExecutionFeedMessage } from './execution-feed.ts';
import type { FeedOpened, FeedRead, ReopenDue } from './feed-link.ts';
import { PriceFeed, type PriceFeedMessage } from './price-feed.ts';
import {
  type ConnectionState,
  type ExchangeConnectionCommand,
  type GetConnectionState,
  LINK_DOWN,
  type LinkChanged,
  type LinkState,
  type WatchLink,
} from './protocol.ts';
import { SubmitLane, type SubmitLaneMessage } from './submit-lane.ts';

interface TradeProcessorLife {
  readonly kind: 'TradeProcessorLife';
  readonly event: LifeEvent;
}

export type Message =
  | ExchangeConnectionCommand
  | ProbeMessage
  | SubmitLaneMessage
  | ControlLaneMessage
  | ExecutionFeedMessage
  | PriceFeedMessage
  | TradeProcessorLife;
type Ctx = BrokerContext<Message>;

export interface ExchangeConnectionOptions {
  readonly publisher: PricePublisher;
  /** Requests with orders that may be on the way at once. */
  readonly orderConnections: number;
  /** Sockets held, as the venue driver counts them. */
  readonly connections: () => ConnectionState['connections'];
}

export class ExchangeConnection implements Actor<Message, Ctx> {
  readonly #options: ExchangeConnectionOptions;
  readonly #probe = new CapabilitiesProbe();
  readonly #submits: SubmitLane;
  readonly #controls = new ControlLane(LIMITS.controlConnections);
  readonly #executions = new ExecutionFeed();
  readonly #prices: PriceFeed;
  readonly #watchers = new Set<Address>();
  #link: LinkState = LINK_DOWN;
  #feedsStarted = false;
  #tradeProcessorWasDown = false;
  #epoch: string | null = null;
  #clockSkewMs: number | null = null;

  constructor(options: ExchangeConnectionOptions, ctx: Ctx) {
    this.#options = options;
    this.#submits = new SubmitLane(options.orderConnections);
    this.#prices = new PriceFeed(options.publisher);
    ctx.watch(TRADE_PROCESSOR, (event) => ({ kind: 'TradeProcessorLife', event }));
    this.#probe.ask(ctx);
  }

  receive(message: Message, ctx: Ctx): void {
    switch (message.kind) {
      case 'SubmitOrder':
        return this.#submits.submit(message, ctx);
      case 'WithdrawSubmit':
        return this.#submits.withdraw(message.orderId, ctx);
      case 'RecallSubmits':
        return this.#submits.recall(message, ctx);
      case 'ApplyTradingStates':
        return this.#submits.applyTradingStates(message, ctx);
      case 'SubmitsWaiting':
        return this.#submits.submitsWaiting(ctx);
      case 'QueueTimeoutDue':
        return this.#submits.queueTimeoutDue(ctx);
      case 'AcceptancesRecorded':
        return this.#submits.acceptancesRecorded(message, ctx);
      case 'SubmitCancel':
        return this.#controls.cancel(message, ctx);
      case 'QueryOrders':
      case 'ListVenueOrders':
      case 'FetchFills':
        return this.#controls.ask(message, ctx);
      case 'ControlsWaiting':
        return this.#controls.controlsWaiting(ctx);
      case 'SymbolsTaken':
        return this.#prices.symbolsTaken(message, ctx);
      case 'FanoutLife':
        return this.#prices.fanoutLife(message, ctx);
      case 'HistoryLife':
        return this.#prices.historyLife(message, ctx);
      case 'ListAgainDue':
        return this.#prices.listAgainDue(ctx);
      case 'WatchLink':
        return this.#onWatchLink(message, ctx);
      case 'GetConnectionState':
        return this.#onGetConnectionState(message, ctx);
      case 'FeedClosed':
        return;
      default:
        this.#onContact(message, ctx);
        return this.#settleLink(ctx);
    }
  }

  /** What may change the state of the link. */
  #onContact(message: ContactMessage, ctx: Ctx): void {
    switch (message.kind) {
      case 'BatchAnswered':
        return this.#onReached(this.#submits.batchAnswered(message, ctx), ctx);
      case 'CancelsAnswered':
        return this.#onReached(this.#controls.cancelsAnswered(message, ctx), ctx);
      case 'QueryAnswered':
      case 'VenueOrdersRead':
      case 'FillsRead':
        return this.#onReached(this.#controls.questionAnswered(message, ctx), ctx);
      case 'CapabilitiesRead':
        return this.#probe.answered(message, ctx);
      case 'ProbeDue':
        return this.#probe.ask(ctx);
      case 'FeedOpened':
        return this.#feedOf(message).opened(message, ctx);
      case 'FeedRead':
        this.#clockSkewMs = skewIn(message.answer, ctx.nowMs()) ?? this.#clockSkewMs;
        return this.#feedOf(message).read(message, ctx);
      case 'ReopenDue':
        return this.#feedOf(message).reopenDue(message, ctx);
      case 'PositionKnown':
        return this.#executions.positionKnown(message, ctx);
      case 'ExecutionsTaken':
        return this.#executions.executionsTaken(message, ctx);
      case 'TradeProcessorLife':
        return this.#onTradeProcessorLife(message, ctx);
    }
  }

  #onReached(reached: boolean, ctx: Ctx): void {
    if (!reached) this.#probe.unreachable(ctx);
  }

  #onTradeProcessorLife({ event }: TradeProcessorLife, ctx: Ctx): void {
    const isBack = event.state === 'up' && this.#tradeProcessorWasDown;
    this.#tradeProcessorWasDown = event.state === 'down';
    if (isBack && this.#feedsStarted) {
      this.#executions.startAgain('trade_processor_restarted', ctx);
    }
  }

  #onWatchLink({ watcher }: WatchLink, ctx: Ctx): void {
    this.#watchers.add(watcher);
    this.#tellLink(watcher, ctx);
  }

  #onGetConnectionState({ replyTo }: GetConnectionState, ctx: Ctx): void {
    ctx.reply(replyTo, {
      outcome: 'connection_state',
      link: this.#link,
      connections: this.#options.connections(),
      submitsQueued: this.#submits.queued,
      submitsInFlight: this.#submits.inFlight,
      executionFeed: this.#executions.state,
      exchangeClockSkewMs: this.#clockSkewMs,
    });
  }

  #feedOf({ feed }: FeedOpened | FeedRead | ReopenDue): ExecutionFeed | PriceFeed {
    return feed === 'executions' ? this.#executions : this.#prices;
  }

  #settleLink(ctx: Ctx): void {
    const before = this.#link;
    const link = this.#linkNow();
    this.#startFeeds(link, ctx);
    if (this.#looksLikeAnother(before, link)) this.#probe.ask(ctx);
    if (isSame(before, link)) return;
    this.#link = link;
    const batchOrdersMax = link.capabilities?.batchOrdersMax ?? 0;
    if (link.linked) this.#submits.open(batchOrdersMax);
    else this.#submits.shut(ctx);
    if (link.ordersReachable) this.#controls.open(batchOrdersMax);
    else this.#controls.shut(ctx);
    if (link.linked !== before.linked) ctx.log('info', 'the link changed', { ...link });
    for (const watcher of this.#watchers) this.#tellLink(watcher, ctx);
  }

  #linkNow(): LinkState {
    const { capabilities, isReachable } = this.#probe;
    const ordersReachable = isReachable && capabilities !== null;
    const tradeFeedLive = this.#executions.isLive;
    const priceFeedLive = this.#prices.isLive;
    return {
      linked: ordersReachable && tradeFeedLive,
      ordersReachable,
      tradeFeedLive,
      priceFeedLive,
      capabilities,
      session: this.#prices.session,
      lastClose: this.#prices.lastClose,
    };
  }

  /** Once, as soon as the exchange has said that it is one we can work with. */
  #startFeeds({ capabilities }: LinkState, ctx: Ctx): void {
    if (this.#feedsStarted || capabilities === null) return;
    this.#feedsStarted = true;
    this.#executions.start(ctx);
    this.#prices.start(ctx);
  }

  /**
   * A feed has fallen, or speaks of another epoch: the exchange may be gone, or have come back
   * without its book.
   */
  #looksLikeAnother(before: LinkState, after: LinkState): boolean {
    const fell =
      (before.tradeFeedLive && !after.tradeFeedLive) ||
      (before.priceFeedLive && !after.priceFeedLive);
    const { epoch } = this.#executions;
    const isNewEpoch = epoch !== null && epoch !== this.#epoch;
    if (isNewEpoch) this.#epoch = epoch;
    return fell || (isNewEpoch && epoch !== after.capabilities?.epoch);
  }

  #tellLink(watcher: Address, ctx: Ctx): void {
    ctx.tell<LinkChanged>(watcher, { kind: 'LinkChanged', link: this.#link });
  }
}

type ContactMessage = Exclude<
  Message,
  {
    kind:
      | ExchangeConnectionCommand['kind']
      | 'SubmitsWaiting'
      | 'QueueTimeoutDue'
      | 'AcceptancesRecorded'
      | 'ControlsWaiting'
      | 'SymbolsTaken'
      | 'ListAgainDue'
      | 'FanoutLife'
      | 'FeedClosed';
  }
>;

/** Capabilities, session and close are replaced, never changed, so identity tells. */
function isSame(a: LinkState, b: LinkState): boolean {
  return (
    a.linked === b.linked &&
    a.ordersReachable === b.ordersReachable &&
    a.tradeFeedLive === b.tradeFeedLive &&
    a.priceFeedLive === b.priceFeedLive &&
    a.capabilities === b.capabilities &&
    a.session === b.session &&
    a.lastClose === b.lastClose
  );
}
