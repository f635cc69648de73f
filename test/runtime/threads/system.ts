// A system of two worker threads for the tests of the supervisor: an echo and a counter on one, an
// echo on the other.
import type {
  Actor,
  ActorKind,
  AskMessage,
  Context,
  Message,
  ReplyTo,
} from '../../../src/runtime/actor.ts';
import type { RuntimeLimits, SystemDefinition } from '../../../src/runtime/system.ts';
import { counterKind } from '../counter-actor.ts';
import { TEST_LIMITS } from '../limits.ts';

export interface Echo extends AskMessage {
  readonly kind: 'Echo';
  readonly text: string;
  readonly replyTo: ReplyTo<{ readonly outcome: 'echoed'; readonly text: string }>;
}

/** Asks the echo of the other thread. */
export interface Relay extends AskMessage {
  readonly kind: 'Relay';
  readonly text: string;
  readonly replyTo: ReplyTo<{ readonly outcome: 'echoed'; readonly text: string }>;
}

/** Keeps the thread from doing anything else, for ever. */
export interface Block extends Message {
  readonly kind: 'Block';
}

/** Never answered. */
export interface Ignore extends AskMessage {
  readonly kind: 'Ignore';
  readonly replyTo: ReplyTo<never>;
}

export interface TestData {
  readonly path: string;
  readonly limits?: Partial<RuntimeLimits>;
  /** Creating the counter fails always, with this code. */
  readonly createFails?: string;
  /** Written when the thread has drained, and when it ends. */
  readonly marks?: { readonly drained: string; readonly ended: string };
}

type EchoMessage = Echo | Relay | Ignore | Block;

class EchoActor implements Actor<EchoMessage> {
  receive(message: EchoMessage, ctx: Context): void {
    if (message.kind === 'Block') {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    if (message.kind === 'Echo') {
      ctx.reply(message.replyTo, { outcome: 'echoed', text: `${ctx.self} ${message.text}` });
    }
    if (message.kind === 'Relay') {
      const { replyTo, text } = message;
      const other = ctx.self === 'echo/one' ? 'echo/two' : 'echo/one';
      // Handed on: the other answers the first asker.
      ctx.tell<Echo>(other, { kind: 'Echo', text, replyTo });
    }
  }
}

const ECHO: ActorKind = {
  kind: 'echo',
  create: () => new EchoActor() as never,
  spawnable: false,
  passivateAfterMs: null,
  turnMessagesMax: 64,
  mailboxMax: 1_024,
  askWindow: 256,
  group: null,
};

export function testSystem({ path, limits, createFails }: TestData): SystemDefinition {
  const counter = counterKind(() => path);
  const create: ActorKind['create'] = () => {
    throw Object.assign(new Error('cannot be created'), { code: createFails });
  };
  return {
    threads: ['main', 'one', 'two'],
    kinds: [ECHO, createFails !== undefined ? { ...counter, create } : counter],
    place: (kind, key) => (kind === 'echo' ? key : kind === 'counter' ? 'one' : 'main'),
    residents: (thread) => {
      if (thread === 'one') return ['echo/one', 'counter/0'];
      return thread === 'two' ? ['echo/two'] : [];
    },
    limits: { ...TEST_LIMITS, linkWindow: 1_024, linkBacklogMax: 4_096, ...limits },
  };
}
