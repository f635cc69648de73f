// Tries one mutant: its command must be green on the tree as it is, the mutant must compile, and
// then the command must be red. Anything else is no catch, and is told with a sentence.
import type { Command } from './command.ts';
import { readCommand } from './command.ts';
import type { Mutant } from './mutant.ts';
import { runCommand } from './run-command.ts';
import { ScratchTree } from './scratch-tree.ts';
import { type Ended, type Verdict, verdictOn } from './verdict.ts';

export interface Trial {
  readonly name: string;
  readonly outcome: 'caught' | 'survived' | 'not_tried';
  /** The test that noticed, and its file; null where no test runner said so. */
  readonly caughtBy: { readonly title: string; readonly file: string } | null;
  /** Null when it was caught. */
  readonly why: string | null;
  readonly tookMs: number;
}

export interface TrialOptions {
  readonly root: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What cannot be compiled is no bug that anybody could ship. */
const COMPILE = readCommand('node node_modules/typescript/bin/tsc --noEmit --singleThreaded');

export class Trials {
  readonly #options: TrialOptions;
  readonly #healthy: ScratchTree;
  /** Per command, what it says of the tree as it is. */
  readonly #unpatched = new Map<string, Promise<Verdict>>();

  constructor(options: TrialOptions) {
    this.#options = options;
    this.#healthy = new ScratchTree(options.root);
  }

  close(): void {
    this.#healthy.remove();
  }

  async try(mutant: Mutant): Promise<Trial> {
    const startedAtMs = Date.now();
    const result = await this.#result(mutant);
    return { name: mutant.name, ...result, tookMs: Date.now() - startedAtMs };
  }

  async #result(mutant: Mutant): Promise<Omit<Trial, 'name' | 'tookMs'>> {
    const healthy = await this.#onHealthyTree(mutant.command);
    if (healthy.colour !== 'green') {
      return notTried(`its command is not green without it: ${wordsFor(healthy)}`);
    }
    const tree = new ScratchTree(this.#options.root);
    try {
      const refusal = tree.apply(mutant.path);
      if (refusal !== null) return notTried(`its patch does not apply any more: ${refusal}`);
      const { exitCode, output } = await this.#end(COMPILE, tree);
      if (exitCode !== 0) return notTried(`it does not compile: ${output.split('\n', 1)[0]}`);
      return resultOf(mutant, await this.#run(mutant.command, tree), tree);
    } finally {
      tree.remove();
    }
  }

  #onHealthyTree(command: Command): Promise<Verdict> {
    const known = this.#unpatched.get(command.text);
    if (known !== undefined) return known;
    const verdict = this.#run(command, this.#healthy);
    this.#unpatched.set(command.text, verdict);
    return verdict;
  }

  async #run(command: Command, tree: ScratchTree): Promise<Verdict> {
    return verdictOn(await this.#end(command, tree));
  }

  #end(command: Command, { path: tree }: ScratchTree): Promise<Ended> {
    return runCommand(command, { ...this.#options, tree });
  }
}

function resultOf(mutant: Mutant, verdict: Verdict, { path }: ScratchTree) {
  if (verdict.colour === 'red') {
    const by = verdict.by;
    const caughtBy = by && { title: by.title, file: by.file.replace(`${path}/`, '') };
    return { outcome: 'caught', caughtBy, why: null } as const;
  }
  if (verdict.colour === 'hung' && mutant.hangs) {
    return { outcome: 'caught', caughtBy: null, why: null } as const;
  }
  return { outcome: 'survived', caughtBy: null, why: `its command ${wordsFor(verdict)}` } as const;
}

function notTried(why: string): Omit<Trial, 'name' | 'tookMs'> {
  return { outcome: 'not_tried', caughtBy: null, why };
}

function wordsFor(verdict: Verdict): string {
  switch (verdict.colour) {
    case 'green':
      return 'noticed nothing';
    case 'red':
      return `failed${verdict.by === null ? '' : ` in "${verdict.by.title}"`}`;
    case 'hung':
      return 'did not end in time';
    case 'neither':
      return `proved nothing: ${verdict.why}`;
  }
}
