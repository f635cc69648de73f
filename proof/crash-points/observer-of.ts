// Everything that a thread of the crash-point process needs to be watched, put together.
import type { Observer } from '../../src/runtime/observer.ts';
import { crashObserver } from './crash-observer.ts';
import { watchFiles } from './file-points.ts';
import { ordersIn } from './target.ts';
import { Trigger } from './trigger.ts';

/** Wraps the files of this thread as well: to be called once in each. */
export function observerOf(thread: string, dataDir: string): Observer {
  const { hit } = new Trigger(ordersIn(process.env));
  const { hasWritten } = watchFiles(dataDir, hit);
  return crashObserver({ thread, hit, hasWritten });
}
