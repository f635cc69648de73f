// The parent of everything that `npm start` starts: the exchange simulator (unless an exchange is
// given) and the broker. It restarts what dies, passes signals on in the right order, and takes
// both with it when it ends, however it ends: each child watches the channel to its parent.
import { setTimeout as sleep } from 'node:timers/promises';
import { endBadStart } from './bad-start.ts';
import { type Config, readConfig } from './config.ts';
import { Child } from './launcher/child.ts';
import { probePort } from './launcher/claim-port.ts';
import { nodeFlags } from './launcher/node-flags.ts';
import { watchNpm } from './launcher/npm-ancestor.ts';
import { LIMITS } from './limits.ts';
import { holdLock, pathsOf } from './store/data-directory.ts';

const EXIT_UNCLEAN = 1;
const EXCHANGE_READY = /^exchange ready (http:\/\/\S+)/m;

/** What to start, and where: arguments of node. */
export interface Commands {
  /** The folder of package.json. */
  readonly root: string;
  readonly broker: readonly string[];
  readonly exchange: readonly string[];
}

export async function run(commands: Commands): Promise<void> {
  try {
    await launch(commands, readConfig(process.env));
  } catch (error) {
    endBadStart(error);
  }
}

async function launch(commands: Commands, config: Config): Promise<void> {
  const lock = holdLock(config.dataDir, 'start.db');
  await probePort(config.host, config.port);
  const children: Child[] = [];
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    void stopInTurn(children).then((isClean) => {
      lock.release();
      process.exit(isClean || exitCode !== 0 ? exitCode : EXIT_UNCLEAN);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  watchNpm(() => stop(0));

  const startBroker = (exchangeUrl: string): void => {
    if (stopping) return;
    const broker = new Child('broker', {
      args: [...nodeFlags(), ...commands.broker],
      root: commands.root,
      environment: { OUTCRY_EXCHANGE_URL: exchangeUrl },
    });
    children.unshift(broker); // it stops first, while the exchange can still answer
    broker.onGivenUp(stop);
    broker.start();
  };
  if (config.exchangeUrl !== null) return startBroker(config.exchangeUrl);
  const simulator = simulatorOf(commands, config);
  children.push(simulator.child);
  simulator.child.onGivenUp(stop);
  simulator.start(startBroker);
}

/** The simulator keeps its port over its restarts, so that the broker finds it again. */
function simulatorOf({ root, exchange }: Commands, config: Config) {
  const { speed, symbols, tape } = config.simulator;
  const data = pathsOf(config.dataDir).exchange;
  const args = [
    ...nodeFlags(),
    ...exchange,
    '--parent',
    '--no-echo', // as strict venues do: executions name their own id only
    ...['--data', data, '--speed', String(speed), '--symbols', String(symbols)],
    ...(tape === null ? [] : ['--tape', tape]),
  ];
  const child = new Child('exchange', { args: [...args, '--port', '0'], root, environment: {} });
  const start = (ready: (url: string) => void): void => {
    child.onPrinted(EXCHANGE_READY, (match) => {
      const url = match[1] ?? '';
      child.restartWith([...args, '--port', new URL(url).port]);
      ready(url);
    });
    child.start();
  };
  return { child, start };
}

/** One after the other, within one time for all; whoever takes longer is killed. True: none was. */
async function stopInTurn(children: readonly Child[]): Promise<boolean> {
  for (const child of children) child.noMoreStarts();
  const timeIsUp = sleep(LIMITS.stopMs, false, { ref: false });
  let isClean = true;
  for (const child of children) {
    child.stop();
    const endedWell = await Promise.race([child.ended, timeIsUp]);
    if (!endedWell) isClean = false;
    child.kill();
  }
  return isClean;
}
