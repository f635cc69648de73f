// Effects performed by hand: what the runtime does for an actor, for tests of drivers.
import assert from 'node:assert/strict';
import type {
  FeedName,
  OpenFeed,
  OpenFeedAnswer,
  ReadFeedAnswer,
  VenueEffect,
} from '../../src/exchange/effects.ts';
import type { ExecutionFrame, PriceFrame } from '../../src/exchange/port.ts';
import type { Drivers } from '../../src/runtime/system.ts';

export function perform<Answer>(drivers: Drivers, effect: VenueEffect): Promise<Answer> {
  const driver = drivers[effect.kind];
  assert(driver !== undefined, `no driver runs ${effect.kind}`);
  return new Promise((resolve) => {
    driver.start(effect, (answer) => resolve(answer as Answer));
  });
}

export function openFeed(
  drivers: Drivers,
  feed: FeedName,
  from: OpenFeed['from'],
): Promise<OpenFeedAnswer> {
  return perform(drivers, { kind: 'OpenFeed', feed, from });
}

/** Reads until `isEnough` of what has come so far. */
export async function readFrames(
  drivers: Drivers,
  feed: FeedName,
  isEnough: (frames: readonly (ExecutionFrame | PriceFrame)[]) => boolean,
): Promise<(ExecutionFrame | PriceFrame)[]> {
  const frames: (ExecutionFrame | PriceFrame)[] = [];
  while (!isEnough(frames)) {
    const effect = { kind: 'ReadFeed', feed, framesMax: 100 } as const;
    const answer = await perform<ReadFeedAnswer>(drivers, effect);
    assert(answer.outcome === 'frames', JSON.stringify(answer));
    frames.push(...answer.frames);
  }
  return frames;
}
