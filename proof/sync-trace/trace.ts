// Everything of a trace that the judge needs, gathered in one pass: conversations by socket, WAL
// files by path, and where each id first left the process for somebody else than its customer.
import { type Call, isSocketReceive, isSocketSend, isSync, isWalWrite } from './call.ts';
import { Conversation } from './conversation.ts';
import { WIRE_TOKEN } from './pledge.ts';
import { StraceText } from './strace-text.ts';
import { WalFile } from './wal.ts';

interface Leaving {
  readonly socket: string;
  readonly line: number;
  readonly atMs: number;
}

export class Trace {
  readonly wals = new Map<string, WalFile>();
  readonly conversations = new Map<string, Conversation>();
  readonly notUnderstood: readonly number[];
  /** Calls whose bytes are not all there: what they hide is unknown. */
  readonly cut: number[] = [];
  readonly #text = new StraceText();
  readonly #leavings = new Map<string, Leaving[]>();

  constructor() {
    this.notUnderstood = this.#text.notUnderstood;
  }

  take(line: string): void {
    const call = this.#text.take(line);
    if (call !== null) this.#sort(call);
  }

  end(): void {
    for (const call of this.#text.unfinished()) this.#sort(call);
    for (const conversation of this.conversations.values()) conversation.end();
  }

  /** The first bytes with this token on any socket that is not a customer's. */
  leavingOf(token: string): Leaving | null {
    const all = (this.#leavings.get(token) ?? []).filter(
      ({ socket }) => !this.conversations.get(socket)?.hasRequests,
    );
    return all.reduce<Leaving | null>(
      (first, one) => (first === null || one.line < first.line ? one : first),
      null,
    );
  }

  #sort(call: Call): void {
    const { file, isCut, startLine, startMs } = call;
    if (isSync(call)) return this.#walOf(file)?.synced(call);
    const isSend = isSocketSend(call);
    if (!isSend && !isWalWrite(call) && !isSocketReceive(call)) return;
    if (isCut) this.cut.push(startLine);
    if (!isSend) {
      if (isWalWrite(call)) this.#walOf(file)?.wrote(call);
      else this.#conversationOf(file).received(call);
      return;
    }
    this.conversations.get(file)?.sent(call);
    for (const [token] of call.bytes.toString('latin1').matchAll(WIRE_TOKEN)) {
      const known = this.#leavings.get(token) ?? [];
      this.#leavings.set(token, [...known, { socket: file, line: startLine, atMs: startMs }]);
    }
  }

  #walOf(file: string): WalFile | null {
    if (!file.endsWith('-wal')) return null;
    const wal = this.wals.get(file) ?? new WalFile(file);
    this.wals.set(file, wal);
    return wal;
  }

  #conversationOf(socket: string): Conversation {
    const conversation = this.conversations.get(socket) ?? new Conversation();
    this.conversations.set(socket, conversation);
    return conversation;
  }
}

export function traceOf(lines: Iterable<string>): Trace {
  const trace = new Trace();
  for (const line of lines) trace.take(line);
  trace.end();
  return trace;
}
