// The environment of what is run: ours, without what would make a test runner inside a test, a git
// inside a hook, or a seed of somebody's terminal mean something else.

const LEFT_OUT = /^(NODE_TEST_|NODE_OPTIONS$|NODE_V8_COVERAGE$|GIT_|OUTCRY_|SEED$|ROUNDS$)/;

export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !LEFT_OUT.test(name));
  return { ...Object.fromEntries(kept), ...variables };
}
