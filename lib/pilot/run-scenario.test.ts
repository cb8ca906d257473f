import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildMeshState, compileProxy, computeStatuses, noteObjects, proxyNodeOfPod } from './index';
import type { KubernetesResource, Node, Pod } from '@/lib/model';
import type { PilotOptions, ProxyNode } from './index';

/**
 * Scenario files: objects in, parts of the compiled configuration out. `at` is a way into `{clusters, endpoints, listeners, routes,
 * secrets, workloads, notes, statuses, objectNotes}`: a step is a key, an index, or the `name` (of an endpoint: `cluster_name`) of a list's item.
 */
interface Scenario {
  rule: string;
  include?: string[];
  options?: PilotOptions;
  objects?: KubernetesResource[];
  cases: {
    proxy: string;
    node?: Partial<ProxyNode>;
    expect: { at: (string | number)[]; equals?: unknown; contains?: unknown; absent?: boolean; length?: number; names?: string[] }[];
  }[];
}

const folder = fileURLToPath(new URL('./testdata/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.scenario.yaml'));

function readObjects(name: string): KubernetesResource[] {
  return parse(readFileSync(`${folder}${name}.objects.yaml`, 'utf8')) as KubernetesResource[];
}

function step(value: unknown, key: string | number): unknown {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    if (typeof key === 'number') return value[key];
    return value.find((item: { name?: string; cluster_name?: string }) => item.name === key || item.cluster_name === key);
  }
  return (value as Record<string, unknown>)[key];
}

describe.each(files)('%s', (file) => {
  const scenario = parse(readFileSync(folder + file, 'utf8')) as Scenario;
  const objects = [...(scenario.include ?? []).flatMap(readObjects), ...(scenario.objects ?? [])];
  const state = buildMeshState(objects, scenario.options);
  it.each(scenario.cases.map((entry, index) => ({ ...entry, title: `${entry.proxy} (${index})` })))(`${scenario.rule}: $title`, (entry) => {
    const pod = objects.find(
      (object) => object.kind === 'Pod' && `${object.metadata.namespace}/${object.metadata.name}` === entry.proxy,
    ) as Pod | undefined;
    if (pod === undefined) throw new Error(`No pod ${entry.proxy}`);
    const node = objects.find((object) => object.kind === 'Node' && object.metadata.name === pod.spec.nodeName) as Node | undefined;
    const compiled = compileProxy(state, proxyNodeOfPod(pod, node, entry.node));
    const plain = (list: readonly { resource: unknown }[]): unknown[] => list.map((item) => item.resource);
    const root = {
      clusters: plain(compiled.clusters),
      endpoints: plain(compiled.endpoints),
      listeners: plain(compiled.listeners),
      routes: plain(compiled.routes),
      workloads: plain(compiled.workloads),
      secrets: compiled.secrets,
      notes: compiled.notes,
      statuses: computeStatuses(state),
      objectNotes: noteObjects(state),
    };
    for (const { at, equals, contains, absent, length, names } of entry.expect) {
      const found = at.reduce<unknown>(step, root);
      const where = at.join(' › ');
      if (absent === true) expect(found, where).toBeUndefined();
      if (equals !== undefined) expect(found, where).toEqual(equals);
      if (contains !== undefined) expect(found, where).toMatchObject(contains as object);
      if (length !== undefined) expect(found, where).toHaveLength(length);
      if (names !== undefined)
        expect(
          (found as { name: string }[]).map((item) => item.name),
          where,
        ).toEqual(names);
    }
  });
});
