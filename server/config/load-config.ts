import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { HeddleError } from '@/lib/errors';
import { runFile } from './run-file';
import type { RunFile } from './run-file';

/** Everything the console wants to be told, parsed once and frozen. Paths are absolute. */
export interface Config {
  /** Where the console keeps its own store (`console/` below it). */
  dataDir: string;
  /** A kubeconfig; `null`: the usual places (`KUBECONFIG`, service account, `~/.kube/config`). */
  kubeconfig: string | null;
  kubeContext: string | null;
  /** Other Kubernetes clusters of the mesh: their services and accounts are compared with this one's. */
  remotes: readonly { name: string; kubeconfig: string }[];
  prometheusUrl: string | null;
  tracesUrl: string | null;
  /** The name of the Kubernetes cluster in telemetry (Istio's cluster id). */
  clusterName: string;
  /** The namespace of what the console keeps in the cluster (its Lease). */
  namespace: string;
  host: string;
  port: number;
  /** Names the console answers to beside the loopback ones (`Host` header, without port). */
  allowedHosts: readonly string[];
  /** Share 0..1 of the mesh's requests above which a change is only written with a reason. */
  reasonShare: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

const optionalUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional();

/** The environment: each variable beats what `run.json` says. Relative paths are relative to the working directory. */
const environment = z.object({
  HEDDLE_RUN_FILE: z.string().optional(),
  HEDDLE_DATA_DIR: z.string().optional(),
  HEDDLE_KUBECONFIG: z.string().optional(),
  HEDDLE_KUBE_CONTEXT: z.string().optional(),
  HEDDLE_REMOTES: z
    .string()
    .regex(/^\s*[^=,]+=[^,]+(?:,[^=,]+=[^,]+)*\s*$/, 'must be name=kubeconfig, with commas between several')
    .optional(),
  HEDDLE_PROMETHEUS: optionalUrl,
  HEDDLE_TRACES: optionalUrl,
  HEDDLE_CLUSTER_NAME: z.string().default('Kubernetes'),
  HEDDLE_NAMESPACE: z.string().default('istio-system'),
  HEDDLE_HOST: z.string().default('127.0.0.1'),
  HEDDLE_PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(20_001),
  HEDDLE_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ''),
    ),
  HEDDLE_REASON_SHARE: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(0.5),
  HEDDLE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/**
 * Reads environment and run file.
 * @throws HeddleError `invalid_config` that names every problem at once.
 */
export function loadConfig(env: Record<string, string | undefined>, cwd: string): Config {
  const problems: string[] = [];
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name.startsWith('HEDDLE_') && value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  const path = (text: string) => (isAbsolute(text) ? text : resolve(cwd, text));
  const dataDir = path(given['HEDDLE_DATA_DIR'] ?? '.heddle');
  const run = readRunFile(
    given['HEDDLE_RUN_FILE'] === undefined ? null : path(given['HEDDLE_RUN_FILE']),
    join(dataDir, 'run.json'),
    problems,
  );
  const kubeconfig = given['HEDDLE_KUBECONFIG'] ?? run.kubeconfig;
  if (given['HEDDLE_KUBECONFIG'] !== undefined && !existsSync(path(given['HEDDLE_KUBECONFIG']))) {
    problems.push(`HEDDLE_KUBECONFIG (or --kubeconfig) names ${path(given['HEDDLE_KUBECONFIG'])}, which does not exist`);
  }
  const remotes = (parsed.data?.HEDDLE_REMOTES ?? '')
    .split(',')
    .map((one) => one.split('='))
    .flatMap(([name = '', file = '']) => (file === '' ? [] : [{ name: name.trim(), kubeconfig: path(file.trim()) }]));
  for (const remote of remotes) {
    if (!existsSync(remote.kubeconfig)) problems.push(`HEDDLE_REMOTES names ${remote.kubeconfig}, which does not exist`);
  }
  if (!parsed.success || problems.length > 0) {
    throw new HeddleError('invalid_config', `The configuration is wrong: ${problems.join('; ')}.`, {
      hint: 'The variables are HEDDLE_KUBECONFIG, HEDDLE_PROMETHEUS, HEDDLE_TRACES, HEDDLE_DATA_DIR, HEDDLE_RUN_FILE, HEDDLE_HOST, HEDDLE_PORT, HEDDLE_ALLOWED_HOSTS, HEDDLE_CLUSTER_NAME, HEDDLE_NAMESPACE, HEDDLE_KUBE_CONTEXT, HEDDLE_REMOTES, HEDDLE_REASON_SHARE and HEDDLE_LOG_LEVEL.',
    });
  }
  const values = parsed.data;
  return Object.freeze({
    dataDir,
    kubeconfig: kubeconfig === undefined ? null : path(kubeconfig),
    kubeContext: values.HEDDLE_KUBE_CONTEXT ?? null,
    remotes: Object.freeze(remotes),
    prometheusUrl: withoutSlash(values.HEDDLE_PROMETHEUS ?? run.prometheus),
    tracesUrl: withoutSlash(values.HEDDLE_TRACES ?? run.jaeger),
    clusterName: values.HEDDLE_CLUSTER_NAME,
    namespace: values.HEDDLE_NAMESPACE,
    host: values.HEDDLE_HOST,
    port: values.HEDDLE_PORT,
    allowedHosts: Object.freeze(values.HEDDLE_ALLOWED_HOSTS),
    reasonShare: values.HEDDLE_REASON_SHARE,
    logLevel: values.HEDDLE_LOG_LEVEL,
  });
}

function withoutSlash(url: string | undefined): string | null {
  return url === undefined ? null : url.replace(/\/+$/, '');
}

/** A run file that was named must be there; the usual one may be missing. */
function readRunFile(named: string | null, usual: string, problems: string[]): RunFile {
  const file = named ?? usual;
  if (!existsSync(file)) {
    if (named !== null) problems.push(`HEDDLE_RUN_FILE names ${file}, which does not exist`);
    return {};
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    problems.push(`${file} cannot be read as JSON (${error instanceof Error ? error.message : 'unknown'})`);
    return {};
  }
  const run = runFile.safeParse(json);
  if (run.success) return run.data;
  problems.push(...run.error.issues.map((issue) => `${file}: ${issue.path.join('.')} ${issue.message}`));
  return {};
}
