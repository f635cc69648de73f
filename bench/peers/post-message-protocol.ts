// What the raw peer's threads are told and what they send each other.
import type { MessagePort } from 'node:worker_threads';
import type { Tick } from '../harness/tick.ts';
import type { CallsRun } from './calls.ts';

/** Each message by itself; arrays of objects; msgpack of arrays, transferred. */
export type Form = 'plain' | 'objects' | 'packed';

export type ToThread =
  | { readonly kind: 'UsePort'; readonly port: MessagePort; readonly role: 'sender' | 'receiver' }
  | {
      readonly kind: 'Tell';
      readonly form: Form;
      readonly batch: number;
      readonly messages: number;
    }
  | { readonly kind: 'RoundTrips'; readonly count: number; readonly atOnce: number };

export type FromThread =
  | { readonly kind: 'Told'; readonly seconds: number }
  | { readonly kind: 'RoundTripped'; readonly run: CallsRun };

export interface Ping {
  readonly kind: 'Ping';
  readonly seq: number;
}

export type OnPort = Tick | readonly Tick[] | Uint8Array | Ping | { readonly kind: 'Confirmed' };
