// The crash points of one dispatcher: around each durable commit that wrote something, each frame
// to another thread, each send to the outside and before its answer is heard.

import { kindOfBody } from '../../src/runtime/envelope.ts';
import type { Observer } from '../../src/runtime/observer.ts';
import {
  type Asked,
  answerPoints,
  commitPoint,
  framePoint,
  kindsOfFrame,
  kindsOfTurn,
  sendPoint,
} from './names.ts';

export interface CrashObserverOptions {
  readonly thread: string;
  hit(point: string): void;
  /** Whether the open transaction of this thread has changed a row. */
  hasWritten(): boolean;
}

export function crashObserver({ thread, hit, hasWritten }: CrashObserverOptions): Observer {
  const asked: Asked = new Map();
  let committing: readonly string[] = [];
  let posting: readonly string[] = [];
  const note = (batch: Parameters<Observer['turnEnded']>[1]): void => {
    for (const { replyTo, body } of batch) {
      if (replyTo !== null) asked.set(replyTo.correlationId, kindOfBody(body));
    }
  };
  const hitEach = (points: readonly (string | null)[]): void => {
    for (const point of points) if (point !== null) hit(point);
  };
  return {
    committing: (address, batch) => {
      committing = hasWritten() ? kindsOfTurn(batch) : [];
      hitEach(committing.map((kind) => commitPoint(address, 'before', kind)));
    },
    committed: (address) => {
      hitEach(committing.map((kind) => commitPoint(address, 'after', kind)));
    },
    turnEnded: (_address, batch) => note(batch),
    posting: (to, messages) => {
      posting = kindsOfFrame(messages, asked);
      hitEach(posting.map((kind) => framePoint(thread, to, 'before', kind)));
    },
    posted: (to) => {
      hitEach(posting.map((kind) => framePoint(thread, to, 'after', kind)));
    },
    effectStarted: (address, _kind, effect) => hitEach([sendPoint(address, 'before', effect)]),
    effectHanded: (address, effect) => hitEach([sendPoint(address, 'after', effect)]),
    effectAnswered: (address, effect, result) => hitEach(answerPoints(address, effect, result)),
    effectEnded: () => undefined,
    turnFailed: () => undefined,
    sent: () => undefined,
    edgeHeard: () => undefined,
    diesAfterCommit: () => false,
  };
}
