// Says what became of each test as one JSON line: node's own reporters are for people, and differ
// from version to version. Plain JavaScript, because node loads a reporter before any --import.
import { resolve } from 'node:path';

/**
 * @param {AsyncIterable<import('./test-result.ts').TestEvent>} events
 * @returns {AsyncIterable<string>}
 */
export default async function* report(events) {
  for await (const event of events) {
    const isResult = event.type === 'test:pass' || event.type === 'test:fail';
    if (isResult) yield `${JSON.stringify(resultOf(event))}\n`;
  }
}

/**
 * @param {import('./test-result.ts').TestEvent} event
 * @returns {import('./test-result.ts').TestResult}
 */
function resultOf({ type, data: { name: title, file = '', skip, details } }) {
  if (type === 'test:pass') {
    return { title, file, outcome: skip === undefined ? 'passed' : 'skipped', error: null };
  }
  const cause = details?.error?.cause;
  const error = {
    code: cause?.code ?? details?.error?.failureType ?? 'unknown',
    message: String(cause?.message ?? cause ?? 'no message'),
  };
  // A file that fails as a whole is reported under its own name.
  return { title, file, outcome: resolve(title) === file ? 'not_loaded' : 'failed', error };
}
