// What the reporter in the test runner's process tells the judge in ours.

export interface TestResult {
  readonly title: string;
  readonly file: string;
  /** `not_loaded`: the file itself failed, outside of any test in it. */
  readonly outcome: 'passed' | 'skipped' | 'failed' | 'not_loaded';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The part of node's test events that is read. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly file?: string;
    readonly skip?: string | boolean;
    readonly details?: {
      readonly error?: {
        readonly failureType?: string;
        readonly cause?: { readonly code?: string; readonly message?: string };
      };
    };
  };
}

export function readResults(lines: string): TestResult[] {
  const whole = lines.split('\n').filter((line) => line !== '');
  return whole.map((line) => JSON.parse(line) as TestResult);
}
