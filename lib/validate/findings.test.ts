import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesResource } from '@/lib/model';
import { contextKinds, documentFindings, findingDefinitions, readManifests, validateObjects } from './index';

const testdata = join(import.meta.dirname, 'testdata');
const read = (file: string): unknown => parse(readFileSync(join(testdata, file), 'utf8'), { merge: true });
const mesh = read('mesh.yaml') as KubernetesResource[];
const around = read('around-examples.yaml') as Record<string, KubernetesResource[]>;
const quiet = read('quiet.yaml') as { code: string; why: string; objects: KubernetesResource[] }[];

function codesOf(objects: readonly KubernetesResource[]): string[] {
  return validateObjects([...mesh, ...objects], { complete: true }).map((finding) => finding.code);
}

describe('every definition', () => {
  it('leaves the mesh of the tests alone', () => {
    expect(validateObjects(mesh, { complete: true })).toEqual([]);
  });

  it.each(findingDefinitions.map((definition) => [definition.code, definition] as const))(
    '%s fires for its own example',
    (code, definition) => {
      const { manifests, findings } = readManifests(definition.example);
      expect(findings).toEqual([]);
      expect(codesOf([...manifests.map(({ object }) => object), ...(around[code] ?? [])])).toContain(code);
    },
  );

  it.each(quiet.map(({ code, why, objects }) => [code, why, objects] as const))('%s stays silent: %s', (code, _why, objects) => {
    expect(codesOf(objects)).not.toContain(code);
  });

  it('is about kinds that are read of a cluster', () => {
    const known = new Set(contextKinds.map(({ kind }) => `${kind.group}/${kind.kind}`));
    expect([...new Set(findingDefinitions.flatMap(({ kinds }) => kinds))].filter((kind) => !known.has(kind))).toEqual([]);
  });

  it('has a look-alike that is right', () => {
    const covered = new Set(quiet.map(({ code }) => code));
    expect(findingDefinitions.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
  });

  it('has a page in docs/findings, made from it', () => {
    const folder = join(import.meta.dirname, '../../docs/findings');
    const pages = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    expect(pages).toEqual(Object.fromEntries(documentFindings()));
  });
});
