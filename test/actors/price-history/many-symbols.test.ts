// Fan-outs of as many symbols as there may be, whose prints are all due at once, and the one
// price-history that takes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanoutOf, PRICE_HISTORY } from '../../../src/actors/addresses.ts';
import type { PriceTicked } from '../../../src/actors/symbol-fanout/protocol.ts';
import { readConfig } from '../../../src/config.ts';
import { spanOf } from '../../../src/domain/price-span.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import { FEES, LIMITS, RUNTIME_LIMITS } from '../../../src/limits.ts';
import type { ActorKind } from '../../../src/runtime/actor.ts';
import type { Drivers } from '../../../src/runtime/system.ts';
import { actorKinds } from '../../../src/system/actor-kinds.ts';
import { NO_PARTS } from '../../../src/system/define-system.ts';
import { World } from '../../runtime/world.ts';
import { tempDirectory } from '../../temp-directory.ts';

/** Where the World puts it, by its first letter. */
const MARKET = '0';
const TICK: PriceTicked = {
  kind: 'PriceTicked',
  priceInCents: 100,
  exchangeAtMs: 0,
  feedSeq: 1,
  span: spanOf(100, 1),
  session: NO_SESSION_PRICES,
};
const NO_FILES: Drivers = {
  ListDailyFiles: {
    start(_effect, answer) {
      answer({ outcome: 'listed', files: [] });
      return () => undefined;
    },
  },
};

test('a market thread that was held up loses no print of all its symbols', (t) => {
  const config = readConfig({ OUTCRY_DATA_DIR: tempDirectory(t) });
  const settings = { config, shardMap: [], fees: FEES };
  const kinds = actorKinds(settings as never, NO_PARTS)
    .filter(({ kind }) => kind === 'symbol-fanout' || kind === 'price-history')
    .map(({ create, ...kind }) => ({
      ...kind,
      create: (key, ctx) => create(key, Object.assign(ctx, { referencePrice: () => null })),
    })) satisfies ActorKind[];
  const residents = [PRICE_HISTORY];
  const limits = RUNTIME_LIMITS;
  const world = new World({ threads: [MARKET], kinds, residents, limits, drivers: NO_FILES });
  t.after(() => world.dispatcher(MARKET).stop());
  for (let n = 0; n < LIMITS.symbolsMax; n++) {
    world.tell(fanoutOf(`${MARKET}${n}`), TICK);
    if (n % 1_000 === 0) world.settle();
  }
  world.settle();
  world.advance(LIMITS.candleEveryMs + 2 * LIMITS.candleFlushMs);
  const { deadLetters, counters } = world.dispatcher(MARKET).snapshot();
  assert.equal(deadLetters.total, 0);
  assert.equal(counters['candle_spans_written'], LIMITS.symbolsMax);
});
