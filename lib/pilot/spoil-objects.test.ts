import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildMeshState, compileProxy, computeStatuses, noteObjects, proxyNodeOfPod } from './index';
import type { KubernetesResource, Pod } from '@/lib/model';
import type { PilotOptions, ProxyNode } from './index';

/** Objects of all scenarios, each with one field spoilt: whatever it is, the proxies are compiled, with or without it. */
interface Scenario {
  include?: string[];
  options?: PilotOptions;
  objects?: KubernetesResource[];
  cases: { proxy: string; node?: Partial<ProxyNode> }[];
}

const rounds = Number(process.env['HEDDLE_SPOIL_ROUNDS'] ?? 4);
const folder = fileURLToPath(new URL('./testdata/', import.meta.url));
const read = (name: string): unknown => parse(readFileSync(folder + name, 'utf8'));
const junk: readonly unknown[] = [null, '', 'nonsense', -1, 1e12, true, {}, [], [null], { a: null }, ['nonsense'], [{}]];

/** mulberry32: a small seeded generator, so that a failure repeats. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Ways to every value below, itself left out. */
function waysIn(value: unknown, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const keys: (string | number)[] = Array.isArray(value) ? value.map((_item, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [[...way, key], ...waysIn((value as Record<string | number, unknown>)[key], [...way, key])]);
}

function spoil(object: KubernetesResource, way: readonly (string | number)[], value: unknown): KubernetesResource {
  const copy = structuredClone(object) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const key of way.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[way.at(-1) ?? ''] = value;
  return copy as unknown as KubernetesResource;
}

const files = readdirSync(folder).filter((name) => name.endsWith('.scenario.yaml'));

it.each(files)('%s compiles with any field spoilt', (file) => {
  const random = seeded(files.indexOf(file) + 1);
  const scenario = read(file) as Scenario;
  const included = (scenario.include ?? []).flatMap((name) => read(`${name}.objects.yaml`) as KubernetesResource[]);
  const own = (scenario.objects ?? []).filter(({ kind }) => kind !== 'Pod' && kind !== 'Node');
  const found: string[] = [];
  for (const target of own) {
    const ways = waysIn(target).filter(([first]) => first === 'spec' || first === 'data');
    for (let round = 0; round < rounds && ways.length > 0; round++) {
      const way = ways[Math.floor(random() * ways.length)] ?? [];
      const value = junk[Math.floor(random() * junk.length)];
      const objects = [...included, ...(scenario.objects ?? []).map((object) => (object === target ? spoil(object, way, value) : object))];
      try {
        const state = buildMeshState(objects, scenario.options);
        for (const entry of scenario.cases) {
          const pod = objects.find(
            ({ kind, metadata }) => kind === 'Pod' && `${metadata.namespace}/${metadata.name}` === entry.proxy,
          ) as Pod;
          compileProxy(state, proxyNodeOfPod(pod, undefined, entry.node));
        }
        noteObjects(state);
        computeStatuses(state);
      } catch (error) {
        const reason = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 3).join(' ') : String(error);
        found.push(`${target.kind} ${target.metadata.name} ${way.join('.')} = ${JSON.stringify(value)}: ${reason}`);
      }
    }
  }
  expect(found).toEqual([]);
});
