// The broker on the simulation dispatcher: its real actors, its real gateway, its real files (in
// memory where the system has such a place), the exchange's real engine in the same process, and
// clients who come in by the front door. One seed decides everything.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayAddress, shardOf } from '../../src/actors/addresses.ts';
import type { BrokerContext } from '../../src/actors/context.ts';
import { readConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import type { Address } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import type { LogSink } from '../../src/runtime/log-sink.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import type { StartedThread } from '../../src/runtime/simulation/outer-parts.ts';
import { Simulation, type SimulationOptions } from '../../src/runtime/simulation/simulation.ts';
import { PriceTable } from '../../src/shared/price-table.ts';
import { pathsOf, takeDataDirectory } from '../../src/store/data-directory.ts';
import { defineSystem } from '../../src/system/define-system.ts';
import type { Settings } from '../../src/system/settings.ts';
import { gatewayThread } from '../../src/system/topology.ts';
import type { Outside } from '../customers/door.ts';
import {
  type DiskFate,
  type DiskFaultRates,
  DiskFaults,
  DrawnFate,
  NO_DISK_FAULTS,
} from './disk-faults.ts';
import { PLAIN_PASSWORDS, PLAIN_TOKENS } from './plain-secrets.ts';
import { type ClientFaultRates, NO_CLIENT_FAULTS, SimulatedDoor } from './simulated-door.ts';
import { createHistoryDrivers } from './simulated-history.ts';
import { SimulatedVenue } from './simulated-venue.ts';
import { NO_VENUE_FAULTS, type VenueFaultRates, VenueFaults } from './venue-faults.ts';

const START_AT_MS = Date.UTC(2026, 0, 5, 14, 30);
const SHARDS = 2;
const PROCESS_AWAY_MS_MAX = 500;
/** What the runtime and the gateway log when something has thrown; incidents are errors too. */
const EXCEPTIONS =
  /^a turn was|^an actor (could|did) not|^maintenance|^an edge failed|^a route|^cancelling/;

export type ProcessFaults = Pick<
  SimulationOptions<BrokerContext>,
  'crashBetweenCommitAndRelease' | 'crashPerStep'
>;

/** Faults by where they strike; each begins with `beginFaults`. */
export interface Trouble extends ProcessFaults {
  readonly messageDelayMaxMs?: number;
  readonly venue?: VenueFaultRates;
  readonly clients?: ClientFaultRates;
  readonly disk?: DiskFaultRates;
  /** In place of `disk`. */
  readonly diskFate?: DiskFate;
  /** After so many crashes of threads and processes there are no more. */
  readonly crashesMax?: number;
  /** Whether executions name our order. */
  readonly echo?: boolean;
}

/** Whoever made the simulation: a test, or a run. */
export interface Ending {
  after(run: () => void): void;
}

interface World {
  readonly environment: SimulationEnvironment;
  readonly venue: SimulatedVenue;
  readonly venueFaults: VenueFaults;
  readonly door: SimulatedDoor;
}

export class BrokerSimulation implements Outside {
  readonly simulation: Simulation<BrokerContext>;
  readonly directory: string;
  /** Of main: for questions that no client can ask. */
  readonly edge: Edge;
  /** Lines of the log that tell of an exception. */
  readonly errors: string[] = [];
  readonly diskFaults: DiskFaults;
  readonly #trouble: Trouble;
  readonly #settings: Settings;
  readonly #prices = PriceTable.create(16);
  #built: World | null = null;
  #isFaulty = false;

  constructor(
    ending: Ending,
    seed: string,
    trouble: Trouble = {},
    onTraceLine: (line: string) => void = () => undefined,
  ) {
    const { disk = NO_DISK_FAULTS, diskFate, messageDelayMaxMs = 1 } = trouble;
    this.#trouble = trouble;
    this.directory = mkdtempSync(join(memoryDirectory(), 'outcry-'));
    this.#settings = settingsFor(this.directory, this.#prices.buffer);
    this.diskFaults = new DiskFaults(diskFate ?? new DrawnFate(disk, () => this.mayCrash));
    const chance = (name: keyof ProcessFaults) => this.#chanceOf(name);
    const options: SimulationOptions<BrokerContext> = {
      seed,
      // Looked at by the simulation at each step.
      get crashBetweenCommitAndRelease() {
        return chance('crashBetweenCommitAndRelease');
      },
      get crashPerStep() {
        return chance('crashPerStep');
      },
      processAwayMaxMs: PROCESS_AWAY_MS_MAX,
      definition: this.diskFaults.under(defineSystem(this.#settings, this.#parts())),
      drivers: (environment) => ({
        ...this.#build(environment).venueFaults.drivers,
        ...createHistoryDrivers(environment),
      }),
      extendContext: (base) =>
        Object.assign(base, { referencePrice: (symbol: string) => this.#prices.read(symbol) }),
      startAtMs: START_AT_MS,
      messageDelayMaxMs,
      log: this.#log,
      compose: (thread) => this.#compose(thread),
      onTraceLine,
    };
    this.simulation = new Simulation<BrokerContext>(options);
    this.edge = this.simulation.edge('main/0', () => undefined);
    ending.after(() => {
      this.simulation.close();
      this.venue.venue.close();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  get environment(): SimulationEnvironment {
    return this.#world.environment;
  }

  get venue(): SimulatedVenue {
    return this.#world.venue;
  }

  get venueFaults(): VenueFaults {
    return this.#world.venueFaults;
  }

  get door(): SimulatedDoor {
    return this.#world.door;
  }

  get shardPaths(): string[] {
    const paths = pathsOf(this.directory);
    return Array.from({ length: SHARDS }, (_, shard) => paths.shard(shard));
  }

  /** From here on everything can go wrong that the plan has a rate for. */
  beginFaults(): void {
    this.#isFaulty = true;
    this.venueFaults.begin();
    this.door.beginFaults();
    this.diskFaults.begin(this.environment);
  }

  /** Whether the plan lets anything crash now. */
  get mayCrash(): boolean {
    const { processCrashes, threadCrashes } = this.simulation;
    const { crashesMax = Number.POSITIVE_INFINITY } = this.#trouble;
    return this.#isFaulty && processCrashes + threadCrashes < crashesMax;
  }

  endFaults(): void {
    this.#isFaulty = false;
    this.venueFaults.end();
    this.door.endFaults();
    this.diskFaults.end();
  }

  /** What struck, how often. */
  faultCounts(): Record<string, number> {
    const { processCrashes, threadCrashes } = this.simulation;
    const venue = Object.fromEntries(this.venueFaults.counts);
    return {
      processCrashes,
      threadCrashes,
      ...venue,
      ...this.door.counts,
      ...this.diskFaults.counts,
    };
  }

  shardOf(userId: string): Address {
    return shardOf(userId, this.#settings.shardMap);
  }

  /** Null as long as the broker has heard of none. */
  priceOf(symbol: string): number | null {
    return this.#prices.read(symbol)?.price?.priceInCents ?? null;
  }

  random(): number {
    return this.environment.random();
  }

  /** Virtual time of the outside: it goes on when the broker has crashed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.environment.after(ms, resolve));
  }

  /** Runs until the promise has settled. */
  async untilDone<Result>(work: Promise<Result>, maxMs: number): Promise<Result> {
    let isDone = false;
    const settled = work.finally(() => {
      isDone = true;
    });
    settled.catch(() => undefined); // awaited below; a rejection before that is not unhandled
    const inTime = await this.simulation.runUntil(() => isDone, maxMs);
    assert(inTime, `it did not end within ${maxMs} virtual ms`);
    return await settled;
  }

  get #world(): World {
    assert(this.#built !== null);
    return this.#built;
  }

  #chanceOf(name: keyof ProcessFaults): number {
    return this.mayCrash ? (this.#trouble[name] ?? 0) : 0;
  }

  readonly #log: LogSink = (level, text, fields) => {
    const isException = level === 'error' && EXCEPTIONS.test(text);
    if (isException) this.errors.push(`${text}: ${JSON.stringify(fields)}`);
  };

  #parts() {
    const connections = () => ({ orders: 1, control: 1, tradeFeed: 1, priceFeed: 1 });
    return { publisher: this.#prices, connections };
  }

  /** Once: the outside outlives every crash. */
  #build(environment: SimulationEnvironment): World {
    const {
      venue: rates = NO_VENUE_FAULTS,
      clients = NO_CLIENT_FAULTS,
      echo = false,
    } = this.#trouble;
    const venue = new SimulatedVenue(environment, { echo });
    const venueFaults = new VenueFaults(venue.venue.drivers, rates, environment);
    const door = new SimulatedDoor(environment, clients);
    this.#built = { environment, venue, venueFaults, door };
    return this.#built;
  }

  /** As `thread.ts` does it. */
  #compose({ name, edge }: StartedThread): (() => void) | null {
    if (name !== gatewayThread(0)) return null;
    const gateway = createGateway({
      edge,
      number: 0,
      shards: this.#settings.shardMap,
      demo: false,
      prices: (symbol) => this.#prices.read(symbol),
      config: { log: this.#log },
      secrets: { tokens: PLAIN_TOKENS, passwords: PLAIN_PASSWORDS },
    });
    assert.equal(gateway.address, gatewayAddress(0));
    this.door.gatewayStarted(gateway);
    return () => this.door.gatewayDied();
  }
}

function memoryDirectory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

function settingsFor(directory: string, prices: SharedArrayBuffer): Settings {
  const config = readConfig({
    OUTCRY_DATA_DIR: directory,
    OUTCRY_DEMO: '0',
    OUTCRY_EXCHANGE_URL: 'http://127.0.0.1:1',
    OUTCRY_ORDER_THREADS: '2',
  });
  const { fees, exchangeUrl } = config;
  assert(exchangeUrl !== null);
  const fresh = { shards: SHARDS, installationId: 'simulation', fees };
  const { meta, release } = takeDataDirectory(directory, fresh);
  release();
  return {
    config: { ...config, exchangeUrl },
    shards: meta.shards,
    shardMap: meta.bucketToShard,
    fees,
    prices,
    freshSigningKey: '',
  };
}
