// The context that an actor is given. Its readings answer at once; everything else goes to the
// outbox of the open turn.
import assert from 'node:assert/strict';
import type { Address, Context, Merge, Message, ReplyTo } from './actor.ts';
import { BUSY, UNKNOWN_ADDRESS } from './asks.ts';
import type { ToOwn } from './envelope.ts';
import { Outbox } from './outbox.ts';
import type { Router } from './router.ts';

export class Turn {
  readonly outbox = new Outbox();
  nowMs = 0;
  isOpen = false;

  open(nowMs: number): void {
    this.nowMs = nowMs;
    this.isOpen = true;
  }
}

/** A plain object of functions, so that composition may extend it by any means. */
export function createContext(
  self: Address,
  turn: Turn,
  parts: { readonly router: Router; readonly random: () => number },
): Context {
  const { router, random } = parts;
  const outbox = (): Outbox => {
    if (!turn.isOpen) assert.fail(`${self} used its context outside a turn`);
    return turn.outbox;
  };
  return {
    self,
    random,
    nowMs: () => turn.nowMs,
    tell: (to, message) => outbox().push({ op: 'tell', to, route: router.routeTo(to), message }),
    conflate: (to, key, message, merge = latestWins) =>
      outbox().push({
        op: 'conflate',
        to,
        route: router.routeTo(to),
        key,
        message,
        merge: merge as unknown as Merge,
      }),
    offer(to, message) {
      const route = router.routeTo(to);
      if (route === null || route.link.tellRoom() <= 0) return false;
      outbox().push({ op: 'offer', route, message });
      route.link.reserve();
      return true;
    },
    ask: (to, message, toOwn, deadlineMs) =>
      ask(outbox(), router, { to, message, toOwn: toOwn as ToOwn, deadlineMs }),
    windowFree(to) {
      const route = router.routeTo(to);
      if (route === null || !route.link.isUp) return 0;
      return Math.max(route.window.max - route.window.used, 0);
    },
    reply: (replyTo, reply) => outbox().push({ op: 'reply', replyTo: replyTo as ReplyTo, reply }),
    after: (delayMs, message, key) => outbox().push({ op: 'after', delayMs, message, key }),
    cancelTimer: (key) => outbox().push({ op: 'cancel-timer', key }),
    perform: (effect, toOwn, deadlineMs) =>
      outbox().push({ op: 'perform', effect, toOwn: toOwn as ToOwn, deadlineMs }),
    watch: (address, toOwn) => outbox().push({ op: 'watch', address, toOwn }),
    count: (name, by = 1) => outbox().push({ op: 'count', name, by }),
    log: (level, text, fields = {}) => outbox().push({ op: 'log', level, text, fields }),
  };
}

function latestWins<M extends Message>(_older: M, newer: M): M {
  return newer;
}

interface Question {
  readonly to: Address;
  readonly message: object;
  readonly toOwn: ToOwn;
  readonly deadlineMs: number;
}

/** The window is taken now, so that the same turn cannot promise a slot twice. */
function ask(outbox: Outbox, router: Router, question: Question): void {
  const { to, message, toOwn, deadlineMs } = question;
  const route = router.routeTo(to);
  if (route === null) return outbox.push({ op: 'refused-ask', toOwn, failure: UNKNOWN_ADDRESS });
  if (!route.link.isUp || route.window.used >= route.window.max) {
    return outbox.push({ op: 'refused-ask', toOwn, failure: BUSY });
  }
  outbox.push({ op: 'ask', route, message, toOwn, deadlineMs });
  route.window.used++;
}
