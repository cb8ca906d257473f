import { describe, expect, it } from 'vitest';

// The bootstrap is plain JavaScript, since it must run before anything is installed: its shapes are stated here.
const load = async <T>(name: string) => (await import(new URL(name, import.meta.url).href)) as T;
interface Counts {
  passed: number;
  failed: number;
}
const suites = await load<{ countVitest: (report: unknown) => Counts; countPlaywright: (report: unknown) => Counts }>('./run-suites.mjs');
const inputs = await load<{ hashInputs: (paths: string[], excluded?: (name: string) => boolean) => string }>('./hash-inputs.mjs');

describe('countVitest', () => {
  it('counts tests, and a file that broke before its first test as one failure', () => {
    const testResults = [
      { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'failed', assertionResults: [] },
    ];
    expect(suites.countVitest({ numPassedTests: 2, numFailedTests: 1, testResults })).toEqual({ passed: 2, failed: 2 });
  });
});

describe('countPlaywright', () => {
  it('counts what passed at last, what did not, and errors outside of tests', () => {
    expect(suites.countPlaywright({ stats: { expected: 3, flaky: 1, unexpected: 2, skipped: 5 }, errors: [{}] })).toEqual({
      passed: 4,
      failed: 3,
    });
  });
});

describe('hashInputs', () => {
  it('follows the contents it was pointed at, leaves tests and excluded files out, and takes missing paths for nothing', () => {
    const whole = inputs.hashInputs(['server/cli']);
    expect(inputs.hashInputs(['server/cli', 'no/such/folder'])).toBe(whole);
    expect(inputs.hashInputs(['server/cli'], (name) => name.endsWith('main.ts'))).not.toBe(whole);
    expect(inputs.hashInputs(['server/cli'], (name) => name.endsWith('.test.ts'))).toBe(whole);
  });
});
