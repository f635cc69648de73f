// I18: what was told as it happened is what stands in the log, and all of it was told.
import { isDeepStrictEqual } from 'node:util';
import { eventJson } from '../../src/gateway/json.ts';
import type { StreamReader } from '../customers/stream-reader.ts';
import type { UserTruth } from './books-truth.ts';

type Told = Pick<StreamReader, 'userId' | 'delivered' | 'problems'>;

/** `isComplete`: at rest; before that a stream may lag behind the log. */
export function checkStreams(
  readers: readonly Told[],
  truths: ReadonlyMap<string, UserTruth>,
  { isComplete } = { isComplete: true },
): string[] {
  const problems = readers.flatMap((reader) => reader.problems.map((problem) => `I18: ${problem}`));
  return [...problems, ...readers.flatMap((reader) => strayFrom(reader, truths, isComplete))];
}

function strayFrom(
  { userId, delivered }: Told,
  truths: ReadonlyMap<string, UserTruth>,
  isComplete: boolean,
): string[] {
  const kept = truths.get(userId)?.events ?? [];
  if (isComplete ? kept.length !== delivered.length : kept.length < delivered.length) {
    return [`I18: ${userId} has heard ${delivered.length} events of ${kept.length}`];
  }
  const other = delivered.findIndex((heard, index) => {
    const event = kept[index];
    return heard.event !== event?.topic || !isDeepStrictEqual(heard.data, plain(eventJson(event)));
  });
  if (other < 0) return [];
  const heard = JSON.stringify(delivered[other]?.data);
  return [`I18: ${userId} has heard ${heard}, kept is ${JSON.stringify(kept[other])}`];
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
