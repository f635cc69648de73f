// `npm run exchange`: the simulator as a process of its own. It prints one line when it is ready,
// and stops on a signal or, with --parent, when the process that started it is gone, however that
// ended.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Control } from './control.ts';
import { lockDirectory } from './directory-lock.ts';
import { Doors } from './doors.ts';
import { Exchange } from './exchange.ts';
import { Faults } from './faults/faults.ts';
import { Line } from './faults/line.ts';
import { createHttpShell } from './http-shell.ts';
import { OptionError, readOptions, type SimulatorOptions, USAGE } from './options.ts';
import { syntheticListings } from './synthetic.ts';
import { openTape } from './tape.ts';
import { TradingFloor } from './trading-floor.ts';

const ADVANCE_EVERY_MS = 10;
const HEARTBEAT_EVERY_MS = 1_000;

async function run(options: SimulatorOptions): Promise<void> {
  const nowMs = () => Date.now();
  const directory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'outcry-exchange-'));
  const lock = await lockDirectory(directory);
  const tape = openTape(options.tapeDirectory);
  const line = new Line();
  const exchange = new Exchange({
    logFile: join(directory, 'exchange.ndjson'),
    listings: [...tape.listings, ...syntheticListings(options.symbols)],
    echo: options.echo,
    loseBook: options.loseBook,
    nowMs,
    wires: line.wires,
  });
  const floor = new TradingFloor(exchange, tape, options);
  const doors = new Doors();
  const faults = new Faults({
    exchange,
    line,
    seed: options.seed,
    nowMs,
    after: (delayMs, run) => void setTimeout(run, delayMs),
    doors,
    onBookLost: () => floor.beginAnew(),
  });
  const control = new Control({ exchange, floor, faults });
  const server = createHttpShell({
    exchange,
    nowMs,
    answer: (request, respond) => faults.answer(request, respond),
    whenHeard: (run) => line.whenHeard(run),
    control: options.control ? (body) => control.answer(body) : null,
  });
  doors.guard(server);
  faults.follow(options.faults);
  server.on('error', (error) => fail(`The exchange could not listen: ${error.message}.`));
  server.listen(options.port, options.host, () => {
    const timers = [
      setInterval(() => floor.advance(), ADVANCE_EVERY_MS),
      setInterval(() => exchange.heartbeat(), HEARTBEAT_EVERY_MS),
    ];
    const stop = () => {
      timers.forEach(clearInterval);
      server.close(() => {
        exchange.close();
        lock.close();
        process.exit(0);
      });
      server.closeAllConnections();
    };
    process.once('SIGTERM', stop);
    // Ctrl-C reaches the whole group; a parent stops its exchange when nobody needs it any more.
    process.on('SIGINT', options.endsWithParent ? () => undefined : stop);
    if (options.endsWithParent) {
      process.once('disconnect', stop);
      if (!process.connected) stop(); // it was gone before this one was ready
    }
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : options.port;
    const ready = `exchange ready http://${options.host}:${port}`;
    process.stdout.write(`${ready}\nexchange log ${exchange.log.file}\n`);
  });
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
try {
  const options = readOptions(process.argv.slice(2));
  if (options.endsWithParent && process.send === undefined) {
    throw new OptionError('--parent needs an IPC channel to the process that started this one');
  }
  await run(options);
} catch (error) {
  if (error instanceof OptionError) fail(`${error.message}.\n\n${USAGE}`);
  fail(`The exchange could not start: ${error instanceof Error ? error.message : String(error)}.`);
}
