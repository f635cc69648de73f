// The broker as a process. Ends 0 when it was told to stop, 1 with a sentence when it cannot start,
// 70 when it must be restarted.
import { endBadStart } from './bad-start.ts';
import { type Broker, type Composition, startBroker } from './broker.ts';
import { readConfig } from './config.ts';
import { demoText, exampleSymbols } from './demo.ts';
import { EXIT_RESTART_ME } from './launcher/exit-codes.ts';
import { LIMITS } from './limits.ts';
import { createLog } from './log.ts';
import type { LogSink } from './runtime/log-sink.ts';

export async function runBroker(composition?: Composition): Promise<void> {
  try {
    const config = readConfig(process.env);
    const log = createLog('main', config.logLevel);
    const onFatal = (reason: string): never => {
      log('error', `the broker cannot go on: ${reason}`);
      process.exit(EXIT_RESTART_ME);
    };
    const broker = await startBroker(config, log, onFatal, composition);
    stopWhenTold(broker, log);
    const waiting = setTimeout(() => {
      const { url } = broker;
      log('warn', 'no order can be taken yet: GET /readyz says what is missing', { url });
    }, LIMITS.readyPatienceMs);
    const demo = await broker.ready;
    clearTimeout(waiting);
    const text =
      demo === null
        ? `outcry ready ${broker.url}\n`
        : demoText(broker.url, demo, await broker.connections(), exampleSymbols(broker.prices));
    process.stdout.write(text);
  } catch (error) {
    endBadStart(error);
  }
}

function stopWhenTold(broker: Broker, log: LogSink): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    broker.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', 'the stop was not clean', { error: String(error) });
        process.exit(EXIT_RESTART_ME);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop); // the parent is gone
}
