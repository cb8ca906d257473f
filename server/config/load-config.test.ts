import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHeddleError } from '@/lib/errors';
import { loadConfig } from '.';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function problemsOf(env: Record<string, string>): string {
  try {
    loadConfig(env, folder);
  } catch (error) {
    if (isHeddleError(error)) return error.message;
    throw error;
  }
  return '';
}

describe('loadConfig', () => {
  it('takes other clusters by name, and says how they are written', () => {
    for (const name of ['w.yaml', 'e.yaml']) writeFileSync(join(folder, name), '');
    const { remotes } = loadConfig({ HEDDLE_REMOTES: `west=${folder}/w.yaml, east=e.yaml` }, folder);
    expect(remotes).toEqual([
      { name: 'west', kubeconfig: join(folder, 'w.yaml') },
      { name: 'east', kubeconfig: join(folder, 'e.yaml') },
    ]);
    expect(problemsOf({ HEDDLE_REMOTES: 'west=gone.yaml' })).toContain(`HEDDLE_REMOTES names ${folder}/gone.yaml, which does not exist`);
    expect(() => loadConfig({ HEDDLE_REMOTES: 'west' }, folder)).toThrow(/HEDDLE_REMOTES must be name=kubeconfig/);
  });

  it('has defaults that are safe', () => {
    const config = loadConfig({}, folder);
    expect(config).toEqual({
      dataDir: join(folder, '.heddle'),
      kubeconfig: null,
      kubeContext: null,
      prometheusUrl: null,
      tracesUrl: null,
      clusterName: 'Kubernetes',
      namespace: 'istio-system',
      host: '127.0.0.1',
      port: 20_001,
      allowedHosts: [],
      reasonShare: 0.5,
      remotes: [],
      logLevel: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes the addresses of a run file, and lets the environment win', () => {
    const file = join(folder, 'run.json');
    const run = {
      kubeconfig: '/k',
      prometheus: 'http://127.0.0.1:9090/',
      jaeger: 'http://127.0.0.1:16686',
      pids: { demo: 1, proxies: [2, 3] },
    };
    writeFileSync(file, JSON.stringify(run));
    const config = loadConfig({ HEDDLE_RUN_FILE: 'run.json', HEDDLE_PROMETHEUS: 'http://10.0.0.1:1/x/' }, folder);
    expect([config.kubeconfig, config.prometheusUrl, config.tracesUrl]).toEqual(['/k', 'http://10.0.0.1:1/x', 'http://127.0.0.1:16686']);
    expect(loadConfig({ HEDDLE_DATA_DIR: folder }, '/').prometheusUrl).toBe('http://127.0.0.1:9090');
  });

  it('names all problems at once', () => {
    const message = problemsOf({
      HEDDLE_PORT: 'many',
      HEDDLE_PROMETHEUS: 'file:///etc/passwd',
      HEDDLE_KUBECONFIG: 'missing.yaml',
      HEDDLE_RUN_FILE: 'gone.json',
    });
    for (const name of ['HEDDLE_PORT', 'HEDDLE_PROMETHEUS', 'missing.yaml', 'gone.json']) expect(message).toContain(name);
  });

  it('says where a run file is wrong', () => {
    writeFileSync(join(folder, 'run.json'), '{"prometheus": 7}');
    expect(problemsOf({ HEDDLE_RUN_FILE: 'run.json' })).toContain('prometheus');
    writeFileSync(join(folder, 'run.json'), '{');
    expect(problemsOf({ HEDDLE_RUN_FILE: 'run.json' })).toContain('JSON');
  });
});
