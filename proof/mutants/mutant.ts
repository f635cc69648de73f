// One mutant of the bank: a small patch that breaks a promise on purpose, and the command that must
// notice. The header stands above the diff, where `git apply` passes over it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Command, CommandError, readCommand } from './command.ts';

export const BANK = 'proof/mutants/bank';

export interface Mutant {
  readonly name: string;
  /** What the bug does, as whoever meets it would say it. */
  readonly title: string;
  /** Numbers of docs/orders.md (E) and docs/invariants.md (I). */
  readonly breaks: readonly string[];
  readonly command: Command;
  /** It is noticed because the command does not end. */
  readonly hangs: boolean;
  readonly path: string;
}

export class HeaderError extends Error {
  readonly code = 'bad_header';
  override readonly name = 'HeaderError';
}

const HEADER = /^Title: (.+)\nBreaks: (.+)\nCaught by: (.+)\n(Hangs: yes\n)?\n?diff --git /;
const NUMBER = /^[EI]\d\d?$/;

/** The whole bank, by name. */
export function readBank(root: string): Mutant[] {
  return readdirSync(join(root, BANK))
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => join(root, BANK, file))
    .map((path) => readMutant(path, readFileSync(path, 'utf8')));
}

export function readMutant(path: string, text: string): Mutant {
  const name = basename(path, '.patch');
  const [, title, breaks = '', command = '', hangs] = HEADER.exec(text) ?? [];
  if (title === undefined) {
    throw new HeaderError(`${name}.patch must begin with Title, Breaks and Caught by, then diff`);
  }
  const numbers = breaks.split(', ');
  const odd = numbers.find((number) => !NUMBER.test(number));
  if (odd !== undefined) {
    throw new HeaderError(`${name}.patch breaks "${odd}", which is no number such as E04 or I5`);
  }
  return {
    name,
    title,
    breaks: numbers,
    command: commandOf(name, command),
    hangs: hangs !== undefined,
    path,
  };
}

function commandOf(name: string, text: string): Command {
  try {
    return readCommand(text);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new HeaderError(`${name}.patch: ${error.message}`);
  }
}
