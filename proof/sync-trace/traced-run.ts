// The product with its broker under the tracer: started, loaded, stopped; what it leaves is a trace
// and what the client saw acknowledged.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { startExchange } from '../../test/scenario/exchange-process.ts';
import { Outcry } from '../../test/scenario/outcry.ts';
import { quietTape } from '../../test/scenario/quiet-tape.ts';
import { tempDirectory } from '../../test/temp-directory.ts';
import { judge, type Verdict } from './judge.ts';
import { Load } from './load.ts';
import { KINDS, type Kind } from './pledge.ts';
import { straceCommand } from './strace.ts';
import { Trace } from './trace.ts';

const BROKER = [process.execPath, '--import', 'tsx', 'src/main.ts'];

/** The tracer is the parent: asked to stop, it would let go of the broker and see nothing more. */
class TracedBroker extends Outcry {
  protected override interrupt(): void {
    process.kill(this.brokerPid, 'SIGTERM');
  }
}

/** Leaves the trace in `file`. */
export async function tracedRun(
  t: Pick<TestContext, 'after'>,
  { orders, file }: { readonly orders: number; readonly file: string },
): Promise<Readonly<Record<Kind, number>>> {
  const tape = ['--tape', quietTape(t)];
  const exchange = await startExchange(t, tempDirectory(t), ['--no-echo', ...tape]);
  const environment = { OUTCRY_EXCHANGE_URL: exchange.url, OUTCRY_SHARDS: '4' };
  const command = [...straceCommand(file), ...BROKER] as const;
  const broker = new TracedBroker(tempDirectory(t), environment, [...command]);
  t.after(() => broker.stop());
  await broker.ready();
  const load = new Load(broker);
  await load.run(orders);
  assert.equal(await broker.stop(), 0, `the traced broker did not end well:\n${broker.stderr}`);
  return load.acknowledged;
}

/** `acknowledged` is null for a trace whose client is not at hand. */
export async function judgeFile(
  file: string,
  acknowledged: Readonly<Record<Kind, number>> | null,
): Promise<Verdict> {
  const trace = new Trace();
  for await (const line of createInterface(createReadStream(file, 'latin1'))) trace.take(line);
  trace.end();
  const verdict = judge(trace);
  return { ...verdict, findings: [...verdict.findings, ...unseen(verdict, acknowledged)] };
}

/** The client's count is the one that nothing in the trace can make smaller. */
function unseen(
  { proven, refuted }: Verdict,
  acknowledged: Readonly<Record<Kind, number>> | null,
): string[] {
  if (acknowledged === null) return [];
  return KINDS.flatMap((kind) => {
    const seen = proven[kind] + refuted[kind];
    const told = acknowledged[kind];
    if (seen === told && told > 0) return [];
    return [`${kind}: the client saw ${told} acknowledged, the trace shows ${seen}`];
  });
}
