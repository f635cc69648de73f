// A command without a shell: words with variables in front and quotes around what has spaces. What
// only a shell would understand is refused, so that a header says all that is run.

export interface Command {
  /** As it stands in the header, to be copied into a terminal. */
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
  /** After `node`. */
  readonly args: readonly string[];
  /** Run by node's own test runner, which says which tests have failed. */
  readonly isTest: boolean;
}

export class CommandError extends Error {
  readonly code = 'bad_command';
  override readonly name = 'CommandError';
}

const WORD = /\s*((?:"[^"]*"|[^\s"])+)/y;
const ONLY_FOR_SHELLS = /[|&;<>()$`\\'*?]/;
const VARIABLE = /^([A-Z][A-Z0-9_]*)=(.*)$/;

export function readCommand(text: string): Command {
  const variables: Record<string, string> = {};
  const words = wordsOf(text);
  for (let name = words[0]?.match(VARIABLE); name != null; name = words[0]?.match(VARIABLE)) {
    variables[name[1] ?? ''] = name[2] ?? '';
    words.shift();
  }
  const [program, ...args] = words;
  if (program !== 'node') throw new CommandError(`"${text}" must run node, after any NAME=value`);
  return { text, variables, args, isTest: args.includes('--test') };
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  const trimmed = text.trim();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < trimmed.length) {
    const word = WORD.exec(trimmed)?.[1];
    if (word === undefined) throw new CommandError(`"${text}" has a quote that does not end`);
    if (ONLY_FOR_SHELLS.test(word.replaceAll(/"[^"]*"/g, ''))) {
      throw new CommandError(`"${text}" needs a shell for ${word}`);
    }
    words.push(word.replaceAll('"', ''));
  }
  return words;
}
