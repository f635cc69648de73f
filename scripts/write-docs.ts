// Writes into the documentation what the code knows better: the state diagram of docs/orders.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { stateDiagram } from '../src/domain/state-diagram.ts';

const PAGE = 'docs/orders.md';
const page = readFileSync(PAGE, 'utf8');
const diagram = /(<!-- states -->\n```mermaid\n)[\s\S]*?(\n```)/;
if (!diagram.test(page)) throw new Error(`${PAGE} has no place for the state diagram`);
writeFileSync(PAGE, page.replace(diagram, `$1${stateDiagram()}$2`));
