// check, contract, e2e, verify: every gate counts. What failed is named again at the end, and the last line of a run is
// `N passed, N failed`.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { findChromium } from './find-chromium.mjs';
import { peerEnvoy } from './get-peers.mjs';
import { pinnedNode, projectEnvironment } from './pinned-node.mjs';
import { root, step } from './report-progress.mjs';
import { runInForeground, runQuietly, tail } from './run-command.mjs';

/**
 * Gates that either hold or not; each counts as one test. The walls between rooms are a lint rule with a test of its own.
 * @type {[name: string, script: string, args: string[]][]}
 */
const gates = [
  ['format', 'node_modules/oxfmt/bin/oxfmt', ['--check', '.']],
  ['lint', 'node_modules/oxlint/bin/oxlint', ['--deny-warnings']],
  ['types', 'scripts/types.mjs', []],
  ['unused code', 'node_modules/knip/bin/knip.js', []],
];

function testEnvironment(extra = {}) {
  const envoy = process.env.HEDDLE_ENVOY ?? peerEnvoy();
  return projectEnvironment({
    HEDDLE_SHARED: process.env.HEDDLE_SHARED ?? join(root, '../shared'),
    ...(envoy ? { HEDDLE_ENVOY: envoy } : {}),
    ...extra,
  });
}

async function runGates() {
  const result = { passed: 0, failed: 0, failures: [] };
  const outputs = [];
  for (const [name, script, args] of gates) {
    await step(name, async () => {
      const run = await runQuietly(pinnedNode(), [script, ...args], { env: testEnvironment(), allowFailure: true });
      result[run.status === 0 ? 'passed' : 'failed'] += 1;
      if (run.status !== 0) {
        outputs.push(`── ${name}\n${tail(run.output, 80)}`);
        result.failures.push(`${name}\n${tail(run.output, 12)}`);
      }
      return run.status === 0 ? undefined : 'FAILED';
    });
  }
  for (const output of outputs) process.stdout.write(`${output}\n`);
  return result;
}

function reportFile(name) {
  const folder = join(root, 'test-results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  rmSync(path, { force: true });
  return path;
}

/** The beginning of what a runner says about a failure. */
function brief(message) {
  return stripVTControlCharacters(message ?? '')
    .trim()
    .split('\n')
    .slice(0, 12)
    .join('\n');
}

/** Counts and failures of a Vitest JSON report. A file that failed before its first test counts as one failure. */
export function countVitest(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failures = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${relative(root, file.name)} › ${test.fullName}\n${brief(test.failureMessages[0])}`),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    failures: [...failures, ...broken.map((file) => `${relative(root, file.name)}\n${brief(file.message)}`)],
  };
}

/** Counts and failures of a Playwright JSON report; a test that passed on a retry has passed. */
export function countPlaywright(report) {
  const failures = [];
  const visit = (suite) => {
    for (const inner of suite.suites ?? []) visit(inner);
    for (const spec of suite.specs ?? [])
      for (const { status, results } of spec.tests)
        if (status === 'unexpected') failures.push(`${spec.file} › ${spec.title}\n${brief(results.at(-1)?.error?.message)}`);
  };
  for (const suite of report.suites) visit(suite);
  return {
    passed: report.stats.expected + report.stats.flaky,
    failed: report.stats.unexpected + report.errors.length,
    failures: [...failures, ...report.errors.map((error) => brief(error.message))],
  };
}

async function runReported(name, args, env, count) {
  const report = reportFile(name);
  process.stdout.write(`── ${name}\n`);
  const status = await runInForeground(pinnedNode(), args(report), { env: env(report) });
  if (!existsSync(report)) return { passed: 0, failed: 1, failures: [`${name} ended without a report (exit ${status})`] };
  const result = count(JSON.parse(readFileSync(report, 'utf8')));
  // A runner may fail for a reason that is no test (an error outside of one): that must not read as success.
  if (status === 0 || result.failed > 0) return result;
  return { ...result, failed: 1, failures: [`${name} failed outside of its tests (exit ${status}); see its output above`] };
}

/** @param {string} name of a project of vitest.config.ts, and of all whose name begins so */
function runVitest(name, extraArgs, variables = {}) {
  return runReported(
    name,
    (report) => [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      `${name}*`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...extraArgs,
    ],
    () => testEnvironment(variables),
    countVitest,
  );
}

async function runBrowserTests(extraArgs) {
  if (!existsSync(join(root, 'playwright.config.ts'))) return { passed: 0, failed: 0, failures: [] };
  const chromium = await findChromium();
  return runReported(
    'e2e',
    () => ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...extraArgs],
    (report) => testEnvironment({ PLAYWRIGHT_JSON_OUTPUT_NAME: report, HEDDLE_CHROMIUM: chromium }),
    countPlaywright,
  );
}

const suites = {
  check: [runGates, (args) => runVitest('unit', args)],
  contract: [(args) => runVitest('contract', args)],
  e2e: [runBrowserTests],
  // Some of them open pages too.
  verify: [async (args) => runVitest('verify', args, { HEDDLE_CHROMIUM: await findChromium() })],
};

/**
 * Runs suites one after the other, whatever the outcome of the earlier ones, and prints the sum. `args` go to the test runners
 * (a part of a file name, `-t`). Returns the exit code.
 */
export async function runSuites(names, args = []) {
  const sum = { passed: 0, failed: 0 };
  const failures = [];
  for (const run of names.flatMap((name) => suites[name])) {
    const result = await run(args).catch((error) => ({ passed: 0, failed: 1, failures: [error.message] }));
    sum.passed += result.passed;
    sum.failed += result.failed;
    failures.push(...result.failures);
  }
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n\n`);
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
  return sum.failed === 0 ? 0 : 1;
}
