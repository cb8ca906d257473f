import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const required = process.env['HEDDLE_PEERS'] === 'required';
const samplesFolder = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');

/** The file of Istio's samples with this path, such as `httpbin/httpbin.yaml`. */
export function sample(path: string): string {
  return join(samplesFolder, path);
}

/** A manifest of the suite's own, for what no sample has. */
export function own(name: string): string {
  return join(root, 'e2e/tasks/testdata', name);
}

/** A program of the build. */
export function bundle(name: string): string {
  return join(root, 'dist', `${name}.mjs`);
}

function missingPeers(programs: readonly string[]): string[] {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (!existsSync(samplesFolder)) missing.push("Istio's samples");
  return missing;
}

/** What runs as the sidecars and gateways of a suite: our proxy, a stock Envoy, or some of each. */
export type Sidecars = 'heddle' | 'envoy' | 'mixed';

export const allSidecars: readonly Sidecars[] = ['heddle', 'envoy', 'mixed'];

const shown: Readonly<Record<Sidecars, string>> = { heddle: '', envoy: ', by stock Envoys', mixed: ', by both kinds of sidecars' };

/**
 * A suite that needs kubectl, Istio's samples and perhaps other programs. Without them it is skipped, its name saying why, unless
 * HEDDLE_PEERS=required: then it runs, and fails.
 */
export function describeTask(name: string, suite: () => void, programs: readonly string[] = [], sidecars: Sidecars = 'heddle'): void {
  const missing = missingPeers(['kubectl', ...programs]);
  if (sidecars !== 'heddle' && process.env['HEDDLE_ENVOY'] === undefined) missing.push('envoy');
  const title = name + shown[sidecars];
  if (missing.length === 0 || required) describe(title, suite);
  else describe.skip(`${title} (skipped: no ${missing.join(', no ')})`, suite);
}

/** Tasks that hold whatever runs as the sidecars: call it with what is to run. */
export function taskSuite(name: string, suite: (sidecars: Sidecars) => void): (sidecars: Sidecars) => void {
  return (sidecars) => describeTask(name, () => suite(sidecars), [], sidecars);
}
