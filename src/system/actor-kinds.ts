// The kinds of actors and how each is made from the settings. Pure composition: no behaviour of its
// own.
import type { BrokerContext, PricePublisher } from '../actors/context.ts';
import { Directory } from '../actors/directory/directory.ts';
import type { DirectoryContext } from '../actors/directory/messages.ts';
import {
  type Message as ConnectionMessage,
  ExchangeConnection,
} from '../actors/exchange-connection/exchange-connection.ts';
import type { ShardContext } from '../actors/order-shard/messages.ts';
import { OrderShard } from '../actors/order-shard/order-shard.ts';
import {
  PriceHistory,
  type Message as PriceHistoryMessage,
} from '../actors/price-history/price-history.ts';
import type { Message as ReconcilerMessage } from '../actors/reconciler/messages.ts';
import { Reconciler } from '../actors/reconciler/reconciler.ts';
import {
  type Message as FanoutMessage,
  SymbolFanout,
} from '../actors/symbol-fanout/symbol-fanout.ts';
import {
  type Message as TradeMessage,
  TradeProcessor,
} from '../actors/trade-processor/trade-processor.ts';
import { LIMITS } from '../limits.ts';
import type { ActorKind } from '../runtime/actor.ts';
import { AnchorLog } from '../store/anchor-log.ts';
import { pathsOf } from '../store/data-directory.ts';
import { DirectoryStore } from '../store/directory-store.ts';
import { openPriceStore } from '../store/price-store.ts';
import { ShardStore } from '../store/shard-store.ts';
import type { Settings } from './settings.ts';

/** What actors of the exchange thread need of the outside; elsewhere they are never made. */
export interface Parts {
  readonly publisher: PricePublisher;
  /** Sockets that the venue driver holds. */
  readonly connections: () => {
    readonly orders: number;
    readonly control: number;
    readonly tradeFeed: number;
    readonly priceFeed: number;
  };
}

type Kind = ActorKind<BrokerContext>;

/** A kind with the context that its actor knows: one that hands it the actor's own messages. */
interface KindWith<C> extends Omit<Kind, 'create'> {
  create(key: string, ctx: C): { receive(message: never, ctx: C): void };
}

/** The kernel routes by address and knows no unions: here, once, an actor's own are let go of. */
function define<C extends BrokerContext<never>>(kind: KindWith<C>): Kind {
  return kind as unknown as Kind;
}

const ALONE = { passivateAfterMs: null, group: null, turnMessagesMax: LIMITS.turnMessagesMax };
const SMALL = { mailboxMax: LIMITS.smallMailboxMax, askWindow: LIMITS.smallAskWindow };

export function actorKinds(settings: Settings, parts: Parts): Kind[] {
  return [
    orderShards(settings),
    fanouts(settings),
    priceHistory(settings),
    directory(settings),
    tradeProcessor(settings),
    exchangeConnection(settings, parts),
    reconciler(settings),
  ];
}

function orderShards({ config, shardMap, fees }: Settings): Kind {
  const paths = pathsOf(config.dataDir);
  const options = {
    fees,
    preTrade: {
      limits: {
        orderSharesMax: LIMITS.orderSharesMaxDefault,
        orderValueMaxInCents: LIMITS.orderValueMaxInCentsDefault,
        ordersPerSecondMax: config.ordersPerSecond,
        duplicateWindowMs: config.duplicateWindowMs,
      },
      protectionBps: LIMITS.marketProtectionBps,
      collarBps: LIMITS.limitCollarBps,
      recentIntents: LIMITS.recentIntents,
    },
    placing: {
      notAfterMs: config.notAfterMs,
      absenceWindowMs: config.absenceWindowMs,
      submitAskMs: LIMITS.submitAskMs,
    },
    recallAskMs: LIMITS.tradingStateMs,
    cancelling: {
      cancelAskMs: LIMITS.cancelAskMs,
      backoffMinMs: LIMITS.cancelRetryMinMs,
      backoffMaxMs: LIMITS.cancelRetryMaxMs,
    },
    bounds: {
      indexLagMs: LIMITS.indexLagMs,
      clockSkewMs: LIMITS.clockSkewMs,
      settleWindowMs: LIMITS.settleWindowMs,
    },
    shards: shardMap,
    lateAck: config.lateAck,
  };
  return define<ShardContext>({
    ...ALONE,
    kind: 'order-shard',
    spawnable: false,
    mailboxMax: LIMITS.shardMailboxMax,
    askWindow: LIMITS.shardAskWindow,
    create: (key, ctx) => {
      const shard = Number.parseInt(key, 10);
      const store = new ShardStore(paths.shard(shard), LIMITS);
      const anchors = new AnchorLog(paths.anchors, key);
      return new OrderShard({ ...options, store, anchors }, ctx);
    },
  });
}

function fanouts({ config }: Settings): Kind {
  const options = {
    significanceBps: config.priceSignificanceBps,
    insignificantMsMax: config.priceHeldMs,
  };
  return define<BrokerContext<FanoutMessage>>({
    ...ALONE,
    ...SMALL,
    kind: 'symbol-fanout',
    spawnable: true,
    create: (key, ctx) => new SymbolFanout({ ...options, symbol: key }, ctx),
  });
}

function priceHistory({ config }: Settings): Kind {
  return define<BrokerContext<PriceHistoryMessage>>({
    ...ALONE,
    ...SMALL,
    mailboxMax: LIMITS.priceHistoryMailboxMax,
    kind: 'price-history',
    spawnable: false,
    create: (_key, ctx) => {
      const path = pathsOf(config.dataDir).prices;
      const opened = openPriceStore(path, LIMITS.changesPerCheckpoint, ctx.nowMs());
      return new PriceHistory({ ...opened, days: config.candleDays }, ctx);
    },
  });
}

function directory({ config, shardMap, freshSigningKey }: Settings): Kind {
  return define<DirectoryContext>({
    ...ALONE,
    ...SMALL,
    kind: 'directory',
    spawnable: false,
    create: (_key, ctx) => {
      const options = {
        store: new DirectoryStore(pathsOf(config.dataDir).users, LIMITS.changesPerCheckpoint),
        shards: shardMap,
        freshSigningKey,
        demoCashInCents: LIMITS.demoCashInCents,
        demoShares: LIMITS.demoShares,
        depositsPerAskMax: LIMITS.depositsPerAskMax,
        askMs: LIMITS.readAskMs,
        retryMs: LIMITS.cancelRetryMinMs,
        decisions: {
          askMs: LIMITS.tradingStateMs,
          retryMs: LIMITS.tradingStateRetryMs,
          patienceMs: LIMITS.tradingStateMs,
          openMax: LIMITS.decisionsOpenMax,
        },
      };
      return new Directory(options, ctx);
    },
  });
}

/** When one of these three is built again, those after it are too. */
function exchangeMember(position: number) {
  return { ...ALONE, ...SMALL, spawnable: false, group: { name: 'exchange', position } };
}

function tradeProcessor({ config, shardMap }: Settings): Kind {
  const path = pathsOf(config.dataDir).externalIds;
  return define<BrokerContext<TradeMessage>>({
    ...exchangeMember(0),
    kind: 'trade-processor',
    create: (_key, ctx) => new TradeProcessor({ path, shards: shardMap }, ctx),
  });
}

function exchangeConnection({ config }: Settings, parts: Parts): Kind {
  const options = { ...parts, orderConnections: config.exchangeConnections };
  return define<BrokerContext<ConnectionMessage>>({
    ...exchangeMember(1),
    kind: 'exchange-connection',
    mailboxMax: LIMITS.exchangeMailboxMax,
    askWindow: LIMITS.exchangeAskWindow,
    create: (_key, ctx) => new ExchangeConnection(options, ctx),
  });
}

function reconciler({ config, shardMap }: Settings): Kind {
  const { unresolvedAfterMs, matchGraceMs } = config;
  const options = { shards: shardMap, unresolvedAfterMs, matchGraceMs };
  return define<BrokerContext<ReconcilerMessage>>({
    ...exchangeMember(2),
    kind: 'reconciler',
    create: (_key, ctx) => new Reconciler(options, ctx),
  });
}
