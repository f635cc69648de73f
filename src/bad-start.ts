// How a process ends that could not start: with a sentence when the user can mend it, with the
// stack when it is our fault.
import { ConfigError } from './config.ts';
import { PortInUseError } from './launcher/claim-port.ts';
import { EXIT_BAD_START } from './launcher/exit-codes.ts';
import { DataDirectoryError } from './store/errors.ts';

const MENDABLE = [ConfigError, DataDirectoryError, PortInUseError];

export function endBadStart(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const isMendable = MENDABLE.some((kind) => error instanceof kind);
  process.stderr.write(`${isMendable ? (error as Error).message : text}\n`);
  process.exit(EXIT_BAD_START);
}
