// Everything that runs share: what is compiled, the tape, and the files of a broker and an exchange
// that have been started once, which most runs begin with as copies.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, type Files } from '../../src/launcher/compile.mjs';
import { ExchangeProcess } from '../../test/scenario/exchange-process.ts';
import { quietTape } from '../../test/scenario/quiet-tape.ts';
import { tempDirectory } from '../../test/temp-directory.ts';
import type { Scope } from '../scope.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type Life, Stage } from './stage.ts';

const OWN_ENTRIES = {
  'crash-broker': 'proof/crash-points/crash-broker.ts',
  'crash-thread': 'proof/crash-points/crash-thread.ts',
};

/**
 * Short waits, so that what only time can prove is proven soon; and one order thread, because each
 * thread counts the hits of a point for itself.
 */
const ENVIRONMENT = {
  OUTCRY_ORDER_THREADS: '1',
  OUTCRY_NOT_AFTER_MS: '1000',
  OUTCRY_UNRESOLVED_PENDING_MS: '200',
  OUTCRY_UNRESOLVED_PENDING_CANCEL_MS: '200',
  OUTCRY_MATCH_GRACE_MS: '300',
  OUTCRY_LOG_LEVEL: 'error',
};

/** The demo's users are on disk, and hashing their passwords anew is a third of a start. */
const WITHOUT_DEMO = { ...ENVIRONMENT, OUTCRY_DEMO: '0' };

export class Theatre {
  readonly #compiled: Files;
  readonly #directory: string;
  readonly #tape: string;
  /** Each ends a run that is still on: the processes of an interrupted campaign must not stay. */
  readonly #playing = new Set<() => Promise<void>>();

  private constructor(parts: { compiled: Files; directory: string; tape: string }) {
    this.#compiled = parts.compiled;
    this.#directory = parts.directory;
    this.#tape = parts.tape;
  }

  /** A test's context will do for the cleanup. */
  static async open(scope: Pick<Scope, 'after'>): Promise<Theatre> {
    const directory = tempDirectory(scope);
    const tape = quietTape(scope);
    const compiled = await compile(join(directory, 'compiled'), OWN_ENTRIES);
    const theatre = new Theatre({ compiled, directory, tape });
    scope.after(() => theatre.#close());
    await theatre.#prepare();
    return theatre;
  }

  /** Plays on a stage of its own, which is gone afterwards. */
  async with<Result>(
    from: Scenario['from'],
    lives: readonly Life[],
    play: (stage: Stage) => Promise<Result>,
  ): Promise<Result> {
    const directory = mkdtempSync(join(tmpdir(), 'outcry-crash-'));
    const [dataDir, books] = [join(directory, 'data'), join(directory, 'exchange')];
    if (from === 'empty') mkdirSync(books);
    else for (const name of ['data', 'exchange']) this.#copy(name, directory);
    const exchange = this.#exchange(books);
    const stage = new Stage({
      ...{ directory, dataDir, exchange, lives, compiled: this.#compiled },
      environment: from === 'ready' ? WITHOUT_DEMO : ENVIRONMENT,
      countsFromStart: from !== 'ready',
    });
    const end = async (): Promise<void> => {
      await stage.end();
      await exchange.kill();
      rmSync(directory, { recursive: true, force: true });
      this.#playing.delete(end);
    };
    this.#playing.add(end);
    try {
      await exchange.start();
      return await play(stage);
    } finally {
      await end();
    }
  }

  async #close(): Promise<void> {
    for (const end of this.#playing) await end();
  }

  async #prepare(): Promise<void> {
    const books = join(this.#directory, 'exchange');
    const exchange = this.#exchange(books);
    await exchange.start();
    const stage = new Stage({
      ...{ directory: this.#directory, dataDir: join(this.#directory, 'data'), exchange },
      ...{ lives: [], environment: ENVIRONMENT, compiled: this.#compiled, countsFromStart: true },
    });
    try {
      await stage.up();
      await stage.stopped();
    } finally {
      await stage.end();
      await exchange.kill();
    }
  }

  #copy(name: string, to: string): void {
    cpSync(join(this.#directory, name), join(to, name), { recursive: true });
  }

  #exchange(books: string): ExchangeProcess {
    const options = ['--control', '--no-echo', '--tape', this.#tape];
    return new ExchangeProcess(books, options, [this.#compiled.exchange]);
  }
}
