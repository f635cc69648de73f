// Builds one gateway on an edge of the actor system: routes and streams, and no socket, so that a
// simulated customer comes in here too. It holds nothing that cannot be had again: watches are sent
// anew, tokens are verified anew.
import {
  DIRECTORY,
  EXCHANGE_CONNECTION,
  gatewayAddress,
  type ShardMap,
} from '../actors/addresses.ts';
import type { SymbolTerms } from '../actors/context.ts';
import type { WatchCatalogue } from '../actors/directory/protocol.ts';
import {
  LINK_DOWN,
  type LinkState,
  type WatchLink,
} from '../actors/exchange-connection/protocol.ts';
import type { Address, Message } from '../runtime/actor.ts';
import type { Edge, EdgeListener } from '../runtime/edge.ts';
import type { LogSink } from '../runtime/log-sink.ts';
import type { ThreadSnapshot } from '../runtime/metrics.ts';
import { type TokenBook, Tokens } from './auth.ts';
import { Catalogue } from './catalogue.ts';
import { FrontDoor } from './front-door.ts';
import { type PasswordBook, PasswordChecker } from './passwords.ts';
import type { GatewayMessage } from './protocol.ts';
import { Readiness } from './readiness.ts';
import type { Services } from './services.ts';
import { StreamHub } from './stream-hub.ts';

export interface GatewayOptions {
  readonly edge: (address: Address, listener: EdgeListener) => Edge;
  /** Counts from 0; names the gateway's address and its streams. */
  readonly number: number;
  readonly shards: ShardMap;
  /** Ready only when the demo users have their cash and shares; sandbox faults are taken. */
  readonly demo: boolean;
  readonly prices: (symbol: string) => SymbolTerms | null;
  readonly config: GatewayConfig;
  /** In place of what computes on threads of its own, where time is not theirs. */
  readonly secrets?: {
    readonly tokens: TokenBook;
    readonly passwords: PasswordBook;
  };
}

export interface GatewayConfig {
  readonly log: LogSink;
}

export interface Gateway {
  readonly address: Address;
  readonly edge: Edge;
  readonly frontDoor: FrontDoor;
  readonly hub: StreamHub;
  close(): void;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { number, shards, demo, prices, config, secrets } = options;
  const address = gatewayAddress(number);
  const catalogue = new Catalogue();
  const threads = new Map<string, ThreadSnapshot>();
  let link: LinkState = LINK_DOWN;

  const edge = options.edge(address, (message) => receive(message as GatewayMessage));
  const hub = new StreamHub(edge, number, shards);
  edge.showSizes(() => hub.sizes);
  const readiness = new Readiness({ edge, shards, catalogue, demo });
  const services: Services = {
    edge,
    shards,
    catalogue,
    prices,
    readiness,
    demo,
    hub,
    threads,
    tokens: secrets?.tokens ?? new Tokens(edge),
    passwords: secrets?.passwords ?? new PasswordChecker(),
    link: () => link,
    isPriceFeedStale: () => !link.priceFeedLive,
  };
  const frontDoor = new FrontDoor(services, config.log);

  function receive(message: GatewayMessage): void {
    switch (message.kind) {
      case 'PriceChanged':
      case 'UserEvents':
      case 'WatcherDropped':
        return hub.receive(message);
      case 'ChangeStream':
        return edge.reply(message.replyTo, hub.change(message));
      case 'CatalogueChanged':
        return catalogue.replace(message.symbols);
      case 'LinkChanged':
        link = message.link;
        return;
      case 'StartupCompleted':
        return readiness.startupCompleted();
      case 'ThreadReported':
        threads.set(message.thread, message.snapshot);
        return;
      default:
        config.log('warn', 'a gateway was told something it does not know', { message });
    }
  }

  const directoryWatch: WatchCatalogue = { kind: 'WatchCatalogue', watcher: address };
  const linkWatch: WatchLink = { kind: 'WatchLink', watcher: address };
  tellWheneverUp(edge, DIRECTORY, directoryWatch);
  tellWheneverUp(edge, EXCHANGE_CONNECTION, linkWatch);
  edge.watch(EXCHANGE_CONNECTION, ({ state }) => {
    if (state === 'down') link = LINK_DOWN;
  });

  return {
    address,
    edge,
    frontDoor,
    hub,
    close() {
      hub.close();
      edge.close();
    },
  };
}

/** Registrations are soft state: whoever restarts is told again. Repeating one is harmless. */
function tellWheneverUp(edge: Edge, address: Address, message: Message): void {
  edge.tell(address, message);
  edge.watch(address, ({ state }) => {
    if (state === 'up') edge.tell(address, message);
  });
}
