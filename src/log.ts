// Log lines of a thread: JSON on standard error, one per line, written before the call returns, so
// that a crash loses none.
import { pino } from 'pino';
import type { LogSink } from './runtime/log-sink.ts';

export function createLog(thread: string, level: string): LogSink {
  const destination = pino.destination({ fd: 2, sync: true });
  const logger = pino({ level, base: { on: thread } }, destination);
  return (at, text, fields = {}) => logger[at](fields, text);
}
