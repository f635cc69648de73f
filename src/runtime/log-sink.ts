// Where the runtime's log lines go: composition decides, the runtime never writes to a console.
import type { LogLevel } from './actor.ts';

export type LogSink = (
  level: LogLevel,
  text: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;
