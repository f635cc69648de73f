// Runs the auditor beside the reads, in a thread of its own that is there only meanwhile: it reads
// every file from end to end, and must not hold up a list of orders.
import { Piscina } from 'piscina';
import type { AuditBooks, AuditBooksReply } from '../actors/read-pool/protocol.ts';
import type { AuditOptions } from '../audit/audit.ts';
import type { AuditReport } from '../domain/audit-report.ts';
import type { AskFailure } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';
import type { DataPaths } from '../store/data-directory.ts';

export class Audits {
  readonly #directory: string;
  readonly #exchangeUrl: string;
  readonly #thread: Piscina;
  #isRunning = false;

  constructor(options: { readonly paths: DataPaths; readonly exchangeUrl: string }) {
    this.#directory = options.paths.directory;
    this.#exchangeUrl = options.exchangeUrl;
    this.#thread = new Piscina({
      filename: new URL('./audit-worker.mjs', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      atomics: 'disabled',
    });
  }

  receive({ settled, replyTo }: AuditBooks, edge: Edge): void {
    if (this.#isRunning) {
      edge.reply<AuditBooksReply | AskFailure>(replyTo, BUSY);
      return;
    }
    this.#isRunning = true;
    this.#run(settled).then(
      (report) => {
        edge.count(`audits_${report.outcome}`);
        this.#answer(edge, replyTo, { outcome: 'audited', report });
      },
      (error: unknown) => {
        edge.count('audits_failed');
        this.#answer(edge, replyTo, { outcome: 'failed', error: String(error) });
      },
    );
  }

  async close(): Promise<void> {
    await this.#thread.destroy();
  }

  #answer(edge: Edge, replyTo: AuditBooks['replyTo'], answer: AuditBooksReply | AskFailure): void {
    this.#isRunning = false;
    edge.reply<AuditBooksReply | AskFailure>(replyTo, answer);
  }

  async #run(settled: boolean): Promise<AuditReport> {
    const options: AuditOptions = {
      directory: this.#directory,
      exchangeUrl: this.#exchangeUrl,
      withoutVenueLog: 'audit', // the report says that there was none
      settled,
    };
    return (await this.#thread.run(options)) as AuditReport;
  }
}

const BUSY: AskFailure = { outcome: 'not_delivered', reason: 'busy' };
