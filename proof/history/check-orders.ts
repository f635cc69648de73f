// Everything that clients were shown of one order against its versions in the books, and every
// cancel against what became of it. A cancel that was refused for good has left no trace, one that
// was taken has.
import type { Shown, Version } from './books-truth.ts';
import { checkRegister, type Reading } from './check-register.ts';
import { type Operation, orderIn, type Sighting } from './history.ts';

export interface OrderOperations {
  /** Submits whose answer shows it. */
  readonly submits: readonly Operation[];
  readonly cancels: readonly Operation[];
  readonly reads: readonly Operation[];
  /** Its events, as they came on streams. */
  readonly sightings: readonly Sighting[];
}

export function checkOrder(
  orderId: string,
  versions: readonly Version[],
  { submits, cancels, reads, sightings }: OrderOperations,
): string[] {
  const what = `order ${orderId}`;
  const shown = [...submits, ...reads].flatMap(readingOf);
  const heard = sightings.map(heardReading);
  const asked = cancels.flatMap(cancelReading);
  return [
    ...checkRegister(what, versions, [...shown, ...heard, ...asked]),
    ...checkCancels(what, versions, cancels, [...shown, ...heard]),
  ];
}

function readingOf(operation: Operation): Reading[] {
  const order = orderIn(operation);
  if (order === null) return [];
  const { begunAt, endedAt, request } = operation;
  return [{ begunAt, endedAt, shows: order, by: `${request.method} ${request.path}` }];
}

/** It was sent at some time before it was heard: streams may lag. Only its end is known. */
export function heardReading({ seq, heardAt }: Sighting): Reading {
  return { begunAt: 0, endedAt: heardAt, shows: seq, by: `the stream's event ${seq}` };
}

/** What an answer to a cancel says of the order's state, be it yes or no. */
function cancelReading({ begunAt, endedAt, answer, request }: Operation): Reading[] {
  const status = answer?.body[answer.status < 300 ? 'status' : 'orderStatus'];
  if (typeof status !== 'string') return [];
  return [{ begunAt, endedAt, shows: { status }, by: `DELETE ${request.path}` }];
}

/** Answers of a cancel that say it was asked for at the exchange, whatever came of it. */
function wasTaken({ outcome, answer }: Operation): boolean {
  if (outcome === 'ok') return true;
  return answer?.body['code'] === 'cancel_rejected';
}

/** Also one that lost against a fill: it is told that the order is closed, and how. */
function mayHaveBeenTaken(cancel: Operation): boolean {
  const isTooLate = cancel.answer?.body['code'] === 'order_closed';
  return cancel.outcome !== 'fail' || wasTaken(cancel) || isTooLate;
}

function checkCancels(
  what: string,
  versions: readonly Version[],
  cancels: readonly Operation[],
  readings: readonly Reading[],
): string[] {
  const first = versions.find(({ shown }) => isCancelRequested(shown));
  if (first === undefined) {
    const final = versions.at(-1)?.shown['status'];
    const isOver = ['cancelled', 'expired', 'filled', 'failed'].includes(String(final));
    const lost = !isOver && cancels.some(wasTaken);
    return lost ? [`${what}: a cancel was acknowledged and has left no trace`] : [];
  }
  const mayHave = cancels.filter(mayHaveBeenTaken);
  if (cameBack(versions, first)) return [];
  if (mayHave.length === 0) return [`${what}: cancelled for a user who never had a cancel taken`];
  const earliest = Math.min(...mayHave.map(({ begunAt }) => begunAt));
  const tooEarly = readings.filter(
    ({ shows, endedAt }) =>
      typeof shows !== 'number' && isCancelRequested(shows) && endedAt < earliest,
  );
  return tooEarly.map(({ by }) => `${what}: ${by} showed a cancel before one was asked for`);
}

/** Its user believed it dead, so it is cancelled for the user (E12). */
function cameBack(versions: readonly Version[], until: Version): boolean {
  return versions.some(({ seq, shown }) => seq < until.seq && shown['status'] === 'failed');
}

/** A user's own; the exchange can cancel an order without. */
function isCancelRequested(shown: Shown): boolean {
  const { cancel } = shown as { readonly cancel?: { readonly requestedAt: string | null } | null };
  return (cancel?.requestedAt ?? null) !== null;
}
