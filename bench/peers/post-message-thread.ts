// One end of the raw peer: two worker threads with a MessagePort between them and nothing else.
import { type MessagePort, parentPort } from 'node:worker_threads';
import { Packr } from 'msgpackr';
import { Latencies } from '../harness/histogram.ts';
import { CreditedSender, STRETCH, type Tick, tickOf } from '../harness/tick.ts';
import type { Form, FromThread, OnPort, Ping, ToThread } from './post-message-protocol.ts';

const packr = new Packr({ useRecords: true });
let port: MessagePort | null = null;

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'UsePort':
      port = message.port;
      if (message.role === 'receiver') receive(port);
      return;
    case 'Tell':
      return tell(portInUse(), message);
    case 'RoundTrips':
      return roundTrips(portInUse(), message.count, message.atOnce);
  }
});

function receive(from: MessagePort): void {
  let received = 0;
  let sum = 0;
  const take = (tick: Tick): void => {
    sum += tick.seq; // it must have been decoded
    if (++received % STRETCH === 0) from.postMessage({ kind: 'Confirmed' });
  };
  from.on('message', (message: OnPort) => {
    if (message instanceof Uint8Array) {
      for (const tick of packr.unpack(message) as Tick[]) take(tick);
    } else if (Array.isArray(message)) {
      for (const tick of message as Tick[]) take(tick);
    } else if ('kind' in message && message.kind === 'Ping') {
      from.postMessage({ kind: 'Ping', seq: message.seq });
    } else {
      take(message as Tick);
    }
    if (!Number.isFinite(sum)) throw new Error('a message came without its number');
  });
}

function tell(to: MessagePort, { form, batch, messages }: ToThread & { kind: 'Tell' }): void {
  const sender = new CreditedSender(messages);
  const beganMs = performance.now();
  const send = (): void => {
    const { first, count } = sender.take();
    post(to, form, batch, first, count);
  };
  const onConfirmed = (): void => {
    sender.confirmed();
    if (!sender.isDone) return send();
    to.off('message', onConfirmed);
    answer({ kind: 'Told', seconds: (performance.now() - beganMs) / 1_000 });
  };
  to.on('message', onConfirmed);
  send();
}

function post(to: MessagePort, form: Form, batch: number, first: number, count: number): void {
  for (let seq = first; seq < first + count; seq += batch) {
    if (form === 'plain') {
      to.postMessage(tickOf(seq));
      continue;
    }
    const ticks = Array.from({ length: batch }, (_, index) => tickOf(seq + index));
    if (form === 'objects') {
      to.postMessage(ticks);
      continue;
    }
    // An exact-size copy: the packer's own buffer is a slice of a pool, which would be cloned as a
    // whole.
    const bytes = new Uint8Array(packr.pack(ticks));
    to.postMessage(bytes, [bytes.buffer]);
  }
}

/** Answers come in the order of the pings. */
function roundTrips(to: MessagePort, count: number, atOnce: number): void {
  const latencies = new Latencies();
  const sentMs = new Float64Array(count);
  const beganMs = performance.now();
  let sent = 0;
  const send = (): void => {
    sentMs[sent] = performance.now();
    to.postMessage({ kind: 'Ping', seq: sent++ });
  };
  const onPong = ({ seq }: Ping): void => {
    latencies.record(performance.now() - (sentMs[seq] ?? 0));
    if (sent < count) send();
    if (seq < count - 1) return;
    to.off('message', onPong);
    const seconds = (performance.now() - beganMs) / 1_000;
    answer({ kind: 'RoundTripped', run: { seconds, latency: latencies.summary() } });
  };
  to.on('message', onPong);
  while (sent < Math.min(atOnce, count)) send();
}

function portInUse(): MessagePort {
  if (port === null) throw new Error('the port comes first');
  return port;
}

function answer(message: FromThread): void {
  parentPort?.postMessage(message);
}
