// The broker in a process of its own, on one port and one data directory for life: started, killed
// at any moment and started again. Not by the launcher, which gives up after a few deaths.
import { probePort } from '../../src/launcher/claim-port.ts';
import { Outcry } from '../../test/scenario/outcry.ts';

export interface VictimOptions {
  readonly dataDir: string;
  readonly port: number;
  /** The compiled broker. */
  readonly script: string;
  readonly exchangeUrl: string;
}

const SETTINGS = {
  OUTCRY_NOT_AFTER_MS: '1500',
  OUTCRY_UNRESOLVED_PENDING_MS: '500',
  OUTCRY_UNRESOLVED_PENDING_CANCEL_MS: '500',
  OUTCRY_MATCH_GRACE_MS: '1000',
  OUTCRY_LOG_LEVEL: 'error',
};
const HOST = '127.0.0.1';
const PORT_MIN = 20_000;
const PORTS = 10_000;
const COMPLAINTS_KEPT = 20;

export class Victim {
  readonly #options: VictimOptions;
  #life: Outcry | null = null;
  #complaints: string[] = [];

  constructor(options: VictimOptions) {
    this.#options = options;
  }

  get life(): Outcry {
    if (this.#life === null) throw new Error('the broker was never started');
    return this.#life;
  }

  /** The newest lines that its lives have logged as errors. */
  get complaints(): readonly string[] {
    return [...this.#complaints, ...linesOf(this.#life)].slice(-COMPLAINTS_KEPT);
  }

  /** `ready()` of its life tells when it can take an order. */
  begin(): Outcry {
    const { dataDir, port, script, exchangeUrl } = this.#options;
    const where = { OUTCRY_PORT: String(port), OUTCRY_EXCHANGE_URL: exchangeUrl };
    this.#complaints = [...this.complaints];
    this.#life = new Outcry(dataDir, { ...SETTINGS, ...where }, [process.execPath, script]);
    return this.#life;
  }

  /** Resolves when it is dead. */
  async kill(): Promise<void> {
    const { life } = this;
    life.process.kill('SIGKILL');
    await life.ended();
  }
}

/** Free now, and below those that the system gives to whoever connects to something. */
export async function victimPort(random: () => number): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(random() * PORTS);
    const isFree = await probePort(HOST, port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

function linesOf(life: Outcry | null): string[] {
  return (life?.stderr ?? '').split('\n').filter((line) => line !== '');
}
