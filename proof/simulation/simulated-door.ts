// The network between simulated clients and the gateways: requests and streams take their time, are
// lost, and break when the thread at the other end dies.
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { RawRequest } from '../../src/gateway/request.ts';
import type { Answer as RouteAnswer, StreamAnswer } from '../../src/gateway/route.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import type { Door, DoorRequest, StreamListener, StreamRequest } from '../customers/door.ts';
import type { Answered } from '../history/history.ts';

export interface ClientFaultRates {
  readonly requestLost: number;
  readonly answerLost: number;
  /** Of streams: per piece that arrives. */
  readonly streamCut: number;
}

export const NO_CLIENT_FAULTS: ClientFaultRates = { requestLost: 0, answerLost: 0, streamCut: 0 };

const LATENCY_MS_MAX = 3;
/** Longer than any answer takes. */
const PATIENCE_MS = 35_000;

export class SimulatedDoor implements Door {
  readonly counts = { requestLost: 0, answerLost: 0, streamCut: 0 };
  readonly #environment: SimulationEnvironment;
  readonly #rates: ClientFaultRates;
  #gateway: Gateway | null = null;
  /** What breaks with the gateway's thread. */
  readonly #connections = new Set<() => void>();
  #isFaulty = false;

  constructor(environment: SimulationEnvironment, rates: ClientFaultRates) {
    this.#environment = environment;
    this.#rates = rates;
  }

  beginFaults(): void {
    this.#isFaulty = true;
  }

  endFaults(): void {
    this.#isFaulty = false;
  }

  gatewayStarted(gateway: Gateway): void {
    this.#gateway = gateway;
  }

  gatewayDied(): void {
    this.#gateway = null;
    for (const breakOff of [...this.#connections]) breakOff();
    this.#connections.clear();
  }

  request(request: DoorRequest): Promise<Answered> {
    return new Promise((resolve) => {
      const cancelPatience = this.#environment.after(PATIENCE_MS, () => settle('none'));
      const breakOff = () => this.#travel(() => settle('none'));
      let isOver = false;
      const settle = (answered: Answered): void => {
        if (isOver) return;
        isOver = true;
        cancelPatience();
        this.#connections.delete(breakOff);
        resolve(answered);
      };
      if (this.#strikes('requestLost')) return;
      this.#travel(() => {
        const gateway = this.#gateway;
        if (gateway === null) return settle('refused');
        this.#connections.add(breakOff);
        void gateway.frontDoor.answer(rawOf(request)).then((answer) => {
          if (!this.#connections.delete(breakOff)) return; // the thread died meanwhile
          if (this.#strikes('answerLost')) return;
          this.#travel(() => settle(answeredOf(answer)));
        });
      });
    });
  }

  openStream(request: StreamRequest, listener: StreamListener): () => void {
    const stream = new SimulatedStream(listener, {
      travel: (run) => this.#travel(run),
      isCut: () => this.#strikes('streamCut'),
      ended: (breakOff) => void this.#connections.delete(breakOff),
    });
    this.#travel(() => {
      const gateway = this.#gateway;
      if (gateway === null) return stream.breakOff();
      this.#connections.add(stream.breakOff);
      void gateway.frontDoor.answer(rawOfStream(request)).then((answer) => {
        if (!this.#connections.has(stream.breakOff)) return;
        if (answer.kind === 'stream') stream.open(answer);
        else stream.breakOff();
      });
    });
    return () => stream.leave();
  }

  /** One way over the network. */
  #travel(run: () => void): void {
    const delayMs = Math.floor(this.#environment.random() * (LATENCY_MS_MAX + 1));
    this.#environment.after(delayMs, run);
  }

  #strikes(fault: keyof ClientFaultRates): boolean {
    if (!this.#isFaulty || this.#environment.random() >= this.#rates[fault]) return false;
    this.counts[fault]++;
    return true;
  }
}

interface StreamPort {
  travel(run: () => void): void;
  isCut(): boolean;
  ended(breakOff: () => void): void;
}

/** Pieces arrive in the order in which they were written, together with all that came before. */
class SimulatedStream {
  readonly #listener: StreamListener;
  readonly #port: StreamPort;
  #onTheWay: string[] = [];
  #toGateway: { closed(): void } | null = null;
  #isOver = false;

  constructor(listener: StreamListener, port: StreamPort) {
    this.#listener = listener;
    this.#port = port;
  }

  open(answer: StreamAnswer): void {
    this.#toGateway = answer.open({
      write: (bytes) => {
        this.#onTheWay.push(String(bytes));
        this.#port.travel(() => this.#arrive());
        return true;
      },
      close: () => this.#port.travel(() => this.#end()),
    });
  }

  /** The other end is gone, and what was on the way with it. */
  readonly breakOff = (): void => {
    this.#toGateway = null;
    this.#onTheWay = [];
    this.#port.travel(() => this.#end());
  };

  /** This end goes; the gateway hears of it, without a word to the listener. */
  leave(): void {
    this.#isOver = true;
    this.#hangUp();
  }

  #arrive(): void {
    if (this.#isOver) return;
    if (this.#port.isCut()) {
      this.#hangUp();
      return this.#end();
    }
    const text = this.#onTheWay.join('');
    this.#onTheWay = [];
    if (text !== '') this.#listener.text(text);
  }

  #hangUp(): void {
    const gateway = this.#toGateway;
    this.#toGateway = null;
    this.#port.ended(this.breakOff);
    if (gateway !== null) this.#port.travel(() => gateway.closed());
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#port.ended(this.breakOff);
    this.#listener.closed();
  }
}

function answeredOf(answer: RouteAnswer): Answered {
  if (answer.kind !== 'json') throw new TypeError(`a ${answer.kind} answers no command`);
  const { status, headers } = answer;
  const body = JSON.parse(JSON.stringify(answer.body)) as Record<string, unknown>;
  return { status, headers, body };
}

const NO_HEADERS: RawRequest['headers'] = {
  authorization: '',
  cookie: '',
  'content-type': '',
  'idempotency-key': '',
  prefer: '',
  'last-event-id': '',
  'outcry-sandbox-fault': '',
};

function rawOf({ method, path, token, idempotencyKey, body }: DoorRequest): RawRequest {
  return {
    method,
    path,
    query: '',
    headers: {
      ...NO_HEADERS,
      authorization: `Bearer ${token}`,
      'content-type': body === null ? '' : 'application/json',
      'idempotency-key': idempotencyKey ?? '',
    },
    body: body === null ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
  };
}

function rawOfStream({ token, query, lastEventId }: StreamRequest): RawRequest {
  const authorization = `Bearer ${token}`;
  const headers = { ...NO_HEADERS, authorization, 'last-event-id': String(lastEventId) };
  return { method: 'GET', path: '/stream', query: query.slice(1), headers, body: new Uint8Array() };
}
