// Reads what `strace -f -y -ttt -T -o FILE` wrote, line by line, into calls. A call that another
// thread interrupted stands on two lines, `<unfinished ...>` and `<... resumed>`; they are joined.
import type { Call } from './call.ts';

const UNFINISHED = ' <unfinished ...>';
const LINE = /^(\d+) +(\d+\.\d+) (.*)$/s;
const ENTRY = /^(\w+)\((.*)$/s;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/s;
/** The last of its kind: bytes may look like a result too, but have a quote behind them. */
const RESULT = /^(.*)\) += (-?\d+|\?)(?: ([A-Z]\w*))?[^"]*?(?:<(\d+\.\d+)>)?$/s;
const DESCRIPTOR = /^\d+<(.*?)>(?:,|$)/s;
const STRING = /"((?:[^"\\]|\\.)*)"(\.\.\.)?/gs;
const OFFSET = /, (\d+)$/;
const ESCAPE = /\\([0-7]{1,3}|x[0-9a-f]{2}|.)/gs;
const CONTROL: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' },
};
/** Exits of threads, signals, and what strace says about itself. */
const REMARK = /^(?:\+\+\+|---|strace:)/;

interface Entry {
  readonly thread: number;
  readonly name: string;
  readonly args: string;
  readonly startLine: number;
  readonly startMs: number;
}

export class StraceText {
  /** Lines that are neither a call nor a remark: a judge must not pass over them. */
  readonly notUnderstood: number[] = [];
  readonly #open = new Map<number, Entry>();
  #line = 0;

  /** The call that this line completes. */
  take(line: string): Call | null {
    this.#line++;
    const [, thread = '', seconds = '', text = ''] = LINE.exec(line) ?? [];
    if (text === '') return this.#refuse();
    if (REMARK.test(text)) return null;
    const atMs = Number(seconds) * 1_000;
    const resumed = RESUMED.exec(text);
    if (resumed !== null) return this.#resume(Number(thread), resumed, atMs);
    const [, name = '', args = ''] = ENTRY.exec(text) ?? [];
    if (name === '') return this.#refuse();
    const entry = { thread: Number(thread), name, startLine: this.#line, startMs: atMs };
    if (!args.endsWith(UNFINISHED)) return this.#end({ ...entry, args }, null);
    this.#open.set(entry.thread, { ...entry, args: args.slice(0, -UNFINISHED.length) });
    return null;
  }

  /** Calls that the end of the trace found still running. */
  unfinished(): Call[] {
    return [...this.#open.values()].map((entry) => ({
      ...callOf(entry, entry.args),
      ...{ result: null, error: '', endLine: Infinity, endMs: Infinity },
    }));
  }

  #resume(thread: number, [, name, rest = '']: RegExpExecArray, atMs: number): Call | null {
    const entry = this.#open.get(thread);
    this.#open.delete(thread);
    if (entry === undefined || entry.name !== name) return this.#refuse();
    return this.#end({ ...entry, args: entry.args + rest }, atMs);
  }

  #end(entry: Entry, resumedAtMs: number | null): Call | null {
    const match = RESULT.exec(entry.args);
    if (match === null) return this.#refuse();
    const [, args = '', result, error = '', seconds = '0'] = match;
    return {
      ...callOf(entry, args),
      result: result === '?' ? null : Number(result),
      error,
      endLine: this.#line,
      endMs: resumedAtMs ?? entry.startMs + Number(seconds) * 1_000,
    };
  }

  #refuse(): null {
    this.notUnderstood.push(this.#line);
    return null;
  }
}

function callOf({ thread, name, startLine, startMs }: Entry, args: string) {
  const strings = [...args.matchAll(STRING)];
  const offset = OFFSET.exec(args)?.[1];
  return {
    ...{ thread, name, startLine, startMs },
    file: DESCRIPTOR.exec(args)?.[1] ?? '',
    bytes: Buffer.concat(strings.map(([, text = '']) => unescaped(text))),
    isCut: strings.some(([, , dots]) => dots !== undefined),
    offset: name === 'pwrite64' && offset !== undefined ? Number(offset) : null,
  };
}

function unescaped(text: string): Buffer {
  const plain = text.replaceAll(ESCAPE, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return CONTROL[code] ?? code;
  });
  return Buffer.from(plain, 'latin1');
}
