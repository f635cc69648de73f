// The kinds of actors and how each is made from the settings. Pure composition: no behaviour of its
// own.
import type { BrokerContext, PricePublisher } from '../actors/context.ts';
import { Directory } from '../actors/directory/directory.ts';
import { ExchangeConnection } from '../actors/exchange-connection/exchange-connection.ts';
import { OrderShard } from '../actors/order-shard/order-shard.ts';
import { Reconciler } from '../actors/reconciler/reconciler.ts';
import { SymbolFanout } from '../actors/symbol-fanout/symbol-fanout.ts';
import { TradeProcessor } from '../actors/trade-processor/trade-processor.ts';
import { FEES, LIMITS } from '../limits.ts';
import type { Actor, ActorKind } from '../runtime/actor.ts';
import { pathsOf } from '../store/data-directory.ts';
import { DirectoryStore } from '../store/directory-store.ts';
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

const RESIDENT = { spawnable: false, passivateAfterMs: null, group: null } as const;

export function actorKinds(settings: Settings, parts: Parts): Kind[] {
  return [
    orderShards(settings),
    fanouts(),
    directory(settings),
    ...exchangeActors(settings, parts),
  ];
}

function orderShards(settings: Settings): Kind {
  const { config, shardMap } = settings;
  const paths = pathsOf(config.dataDir);
  return {
    ...RESIDENT,
    kind: 'order-shard',
    turnMessagesMax: LIMITS.turnMessagesMax,
    mailboxMax: LIMITS.shardMailboxMax,
    askWindow: LIMITS.shardAskWindow,
    create: (key, ctx) => {
      const shard = Number.parseInt(key, 10);
      const buckets = shardMap.flatMap((mapped, bucket) => (mapped === shard ? [bucket] : []));
      const store = new ShardStore(paths.shard(shard), LIMITS.walPagesMax);
      return asActor(
        new OrderShard(
          {
            store,
            buckets,
            fees: FEES,
            placing: {
              limits: {
                orderSharesMax: LIMITS.orderSharesMaxDefault,
                orderValueMaxInCents: LIMITS.orderValueMaxInCentsDefault,
                protectionBps: LIMITS.marketProtectionBps,
              },
              ordersPerSecondMax: config.ordersPerSecond,
              notAfterMs: config.notAfterMs,
              submitAskMs: LIMITS.submitAskMs,
            },
            cancelling: {
              cancelAskMs: LIMITS.cancelAskMs,
              backoffMinMs: LIMITS.cancelRetryMinMs,
              backoffMaxMs: LIMITS.cancelRetryMaxMs,
            },
            bounds: { indexLagMs: LIMITS.indexLagMs, clockSkewMs: LIMITS.clockSkewMs },
          },
          ctx as never,
        ),
      );
    },
  };
}

function fanouts(): Kind {
  return {
    kind: 'symbol-fanout',
    spawnable: true,
    passivateAfterMs: null,
    group: null,
    turnMessagesMax: LIMITS.turnMessagesMax,
    mailboxMax: LIMITS.smallMailboxMax,
    askWindow: LIMITS.smallAskWindow,
    create: (key, ctx) => asActor(new SymbolFanout({ symbol: key }, ctx as never)),
  };
}

function directory({ config, shardMap, freshSigningKey }: Settings): Kind {
  return {
    ...RESIDENT,
    kind: 'directory',
    turnMessagesMax: LIMITS.turnMessagesMax,
    mailboxMax: LIMITS.smallMailboxMax,
    askWindow: LIMITS.smallAskWindow,
    create: (_key, ctx) => {
      const options = {
        store: new DirectoryStore(pathsOf(config.dataDir).users, LIMITS.walPagesMax),
        shards: shardMap,
        freshSigningKey,
        demoCashInCents: LIMITS.demoCashInCents,
        demoShares: LIMITS.demoShares,
        depositsPerAskMax: LIMITS.depositsPerAskMax,
        askMs: LIMITS.readAskMs,
        retryMs: LIMITS.cancelRetryMinMs,
      };
      return asActor(new Directory(options, ctx as never));
    },
  };
}

function exchangeActors(settings: Settings, parts: Parts): Kind[] {
  const { config, shardMap, shards } = settings;
  const member = (position: number) => ({
    spawnable: false,
    passivateAfterMs: null,
    group: { name: 'exchange', position },
    turnMessagesMax: LIMITS.turnMessagesMax,
  });
  return [
    {
      ...member(0),
      kind: 'trade-processor',
      mailboxMax: LIMITS.smallMailboxMax,
      askWindow: LIMITS.smallAskWindow,
      create: (_key, ctx) => {
        const path = pathsOf(config.dataDir).externalIds;
        return asActor(new TradeProcessor({ path, shards: shardMap }, ctx as never));
      },
    },
    {
      ...member(1),
      kind: 'exchange-connection',
      mailboxMax: LIMITS.exchangeMailboxMax,
      askWindow: LIMITS.exchangeAskWindow,
      create: (_key, ctx) =>
        asActor(
          new ExchangeConnection(
            { ...parts, orderConnections: config.exchangeConnections },
            ctx as never,
          ),
        ),
    },
    {
      ...member(2),
      kind: 'reconciler',
      mailboxMax: LIMITS.smallMailboxMax,
      askWindow: LIMITS.smallAskWindow,
      create: (_key, ctx) => asActor(new Reconciler({ shards }, ctx as never)),
    },
  ];
}

/**
 * The kernel routes messages by address; which union an actor takes is its protocol's business,
 * unknown to the kernel.
 */
function asActor(actor: unknown): Actor {
  return actor as Actor;
}
