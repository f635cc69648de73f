// The parent of everything that `npm start` starts: the exchange simulator (unless an exchange is
// given) and the broker. It restarts what dies, passes signals on in the right order, and takes
// both with it when it ends, however it ends: each child watches the channel to its parent.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError, readConfig } from './config.ts';
import { Child } from './launcher/child.ts';
import { watchNpm } from './launcher/npm-ancestor.ts';
import { probePort } from './launcher/probe-port.ts';
import { LIMITS } from './limits.ts';
import { holdLock, pathsOf } from './store/data-directory.ts';
import { DataDirectoryError } from './store/errors.ts';

const EXCHANGE_READY = /^exchange ready (http:\/\/\S+)/m;

async function launch(config: Config): Promise<void> {
  const lock = holdLock(config.dataDir, 'start.db');
  await probePort(config.host, config.port);
  const children: Child[] = [];
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    void stopInTurn(children).then(() => {
      lock.release();
      process.exit(exitCode);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  watchNpm(() => stop(0));

  const exchangeUrl = config.exchangeUrl ?? (await startSimulator(config, children));
  const broker = new Child('broker', ['src/main.ts'], {
    OUTCRY_EXCHANGE_URL: exchangeUrl,
  });
  children.unshift(broker); // it stops first, while the exchange can still answer
  broker.onGivenUp((exitCode) => stop(exitCode));
  broker.start();
}

/** The simulator keeps its port over its restarts, so that the broker finds it again. */
async function startSimulator(config: Config, children: Child[]): Promise<string> {
  const { speed, symbols, tape } = config.simulator;
  const data = pathsOf(config.dataDir).exchange;
  const args = [
    join('src', 'exchange', 'simulator', 'main.ts'),
    '--parent',
    '--no-echo', // as strict venues do: executions name their own id only
    ...['--data', data, '--speed', String(speed), '--symbols', String(symbols)],
    ...(tape === null ? [] : ['--tape', tape]),
  ];
  const simulator = new Child('exchange', [...args, '--port', '0'], {});
  children.push(simulator);
  const ready = simulator.untilPrinted(EXCHANGE_READY);
  simulator.start();
  const url = (await ready)[1] ?? '';
  simulator.restartWith([...args, '--port', new URL(url).port]);
  return url;
}

async function stopInTurn(children: readonly Child[]): Promise<void> {
  for (const child of children) {
    child.stop();
    await Promise.race([child.ended, sleep(LIMITS.stopMs)]);
    child.kill();
  }
}

try {
  await launch(readConfig(process.env));
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof DataDirectoryError;
  const isPort = error instanceof Error && 'code' in error && error.code === 'port_in_use';
  process.stderr.write(
    `${isExpected || isPort ? (error as Error).message : ((error as Error).stack ?? error)}\n`,
  );
  process.exit(1);
}
