// The parent's side of a generator process: its phases as promises, all of which reject when it
// ends before its time.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromLoad, LoadPlan, LoadReport, Phase, ToLoad } from './protocol.ts';

export interface LoadOptions {
  readonly plan: LoadPlan;
  readonly progress: (text: string) => void;
}

export class LoadError extends Error {
  readonly code = 'load_failed';
  override readonly name = 'LoadError';
}

interface Settle<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
}

export class LoadProcess<Report extends LoadReport> {
  readonly report: Promise<Report>;
  readonly #child: ChildProcess;
  readonly #phases: Readonly<Record<Phase, Settle<void>>>;

  constructor({ plan, progress }: LoadOptions) {
    this.#phases = { ready: settle(), warm: settle(), sent: settle() };
    const report = settle<Report>();
    this.report = report.promise;
    this.#child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
    });
    this.#child.on('message', (message: FromLoad) => {
      if (message.kind === 'Progressed') progress(message.text);
      else if (message.kind === 'PhaseReached') this.#phases[message.phase].resolve();
      else report.resolve(message.report as Report);
    });
    this.#child.once('exit', (code, signal) => {
      const error = new LoadError(`the ${plan.kind} process ended by ${signal ?? `code ${code}`}`);
      for (const open of [...Object.values(this.#phases), report]) open.reject(error);
    });
    this.tell(plan);
  }

  reached(phase: Phase): Promise<void> {
    return this.#phases[phase].promise;
  }

  tell(message: ToLoad): void {
    this.#child.send(message);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function settle<Value>(): Settle<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => undefined); // whoever awaits it hears of it; nobody has to
  return { promise, resolve, reject };
}
