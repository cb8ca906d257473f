import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

// The bootstrap is plain JavaScript, since it must run before anything is installed: its shapes are stated here.
const load = async <T>(name: string) => (await import(new URL(name, import.meta.url).href)) as T;
const cwd = fileURLToPath(new URL('../..', import.meta.url));
interface Counts {
  passed: number;
  failed: number;
  failures: string[];
}
const suites = await load<{ countVitest: (report: unknown) => Counts; countPlaywright: (report: unknown) => Counts }>('./run-suites.mjs');
const inputs = await load<{ hashInputs: (paths: string[], excluded?: (name: string) => boolean) => string }>('./hash-inputs.mjs');

describe('countVitest', () => {
  it('counts tests, and a file that broke before its first test as one failure', () => {
    const test = (status: string) => ({
      status,
      fullName: 'adds up',
      failureMessages: status === 'failed' ? ['\u001b[31m1 is not 2\u001b[39m'] : [],
    });
    const testResults = [
      { name: '/a.test.ts', status: 'passed', assertionResults: [test('passed'), test('passed')] },
      { name: '/b.test.ts', status: 'failed', assertionResults: [test('failed')] },
      { name: '/c.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ];
    expect(suites.countVitest({ numPassedTests: 2, numFailedTests: 1, testResults })).toEqual({
      passed: 2,
      failed: 2,
      failures: [expect.stringMatching(/b\.test\.ts › adds up\n1 is not 2$/), expect.stringMatching(/c\.test\.ts\nno such module$/)],
    });
  });
});

describe('countPlaywright', () => {
  it('counts what passed at last, what did not, and errors outside of tests', () => {
    const spec = (status: string) => ({
      file: 'a.spec.ts',
      title: 'opens',
      tests: [{ status, results: [{ error: { message: 'closed' } }] }],
    });
    const report = {
      stats: { expected: 3, flaky: 1, unexpected: 2, skipped: 5 },
      suites: [{ specs: [spec('unexpected')], suites: [{ specs: [spec('expected'), spec('flaky'), spec('unexpected')] }] }],
      errors: [{ message: 'no browser' }],
    };
    const failure = 'a.spec.ts › opens\nclosed';
    expect(suites.countPlaywright(report)).toEqual({ passed: 4, failed: 3, failures: [failure, failure, 'no browser'] });
  });
});

describe('runInForeground', () => {
  /** npm runs the bootstrap, the bootstrap runs a program; all of them write to one pipe. */
  function underNpm(variables: Record<string, string>) {
    const program =
      "process.on('SIGTERM', () => (console.log('told to end'), process.exit())); console.log('runs'); setInterval(() => {}, 1000)";
    const bootstrap = `
      import { runInForeground } from ${JSON.stringify(new URL('./run-command.mjs', import.meta.url).href)};
      await runInForeground(process.execPath, ['-e', ${JSON.stringify(program)}]);
      console.log('bootstrap ends');`;
    const npm = `require('node:child_process').spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(bootstrap)}], { stdio: 'inherit' })`;
    const { npm_lifecycle_event: _, ...outside } = process.env;
    const child = spawn(process.execPath, ['-e', npm], { env: { ...outside, ...variables }, stdio: ['ignore', 'pipe', 'inherit'], cwd });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    onTestFinished(() => void child.kill('SIGKILL'));
    return { end: () => child.kill('SIGKILL'), printed: () => printed };
  }

  it('ends what it runs when npm ends', async () => {
    const { end, printed } = underNpm({ npm_lifecycle_event: 'demo' });
    await expect.poll(printed).toBe('runs\n');
    end();
    await expect.poll(printed).toBe('runs\ntold to end\nbootstrap ends\n');
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
