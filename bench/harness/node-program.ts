// How a program that is measured is started: TypeScript under Node, with the options of V8 that the
// launcher gives the broker, so that no side of a comparison goes without them.
import { nodeFlags } from '../../src/launcher/node-flags.ts';

export function nodeProgram(path: string, args: readonly string[]) {
  return { command: process.execPath, args: [...nodeFlags(), '--import', 'tsx', path, ...args] };
}
