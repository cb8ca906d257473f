import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { joinDocuments, moveYaml, readYaml, removeYaml, setYaml, splitDocuments, writeYamlValue } from '.';

/** Istio's own samples, read where they are; left out by name when they are not there. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const samples = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return yamlFiles(path);
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

interface Leaf {
  path: (string | number)[];
  value: unknown;
}

function leavesOf(value: unknown, path: (string | number)[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, one]) => leavesOf(one, [...path, name]));
  return [{ path, value }];
}

function listsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value))
    return [...(value.length > 1 ? [path] : []), ...value.flatMap((item, index) => listsOf(item, [...path, index]))];
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, one]) => listsOf(one, [...path, name]));
  return [];
}

function countChanged(before: string, after: string): number {
  const left = before.split('\n');
  const right = after.split('\n');
  return left.length === right.length ? left.filter((line, index) => line !== right[index]).length : Number.POSITIVE_INFINITY;
}

const files = existsSync(samples) ? yamlFiles(samples).filter((file) => readYaml(readFileSync(file, 'utf8')).problems.length === 0) : [];

describe.skipIf(files.length === 0)("Istio's samples keep all that an edit is not about (HEDDLE_SHARED/data/istio-samples)", () => {
  it.each(files.map((file) => [relative(samples, file), file]))('%s', (_name, file) => {
    for (const document of splitDocuments(readFileSync(file, 'utf8'))) {
      const source = readYaml(document);
      const value = source.value();
      // Nothing to change: not a byte differs.
      expect(writeYamlValue(document, [], value)).toBe(document);
      const leaves = leavesOf(value).filter(({ path }) => {
        const place = path.length === 0 ? undefined : source.placeOf(path);
        return place !== undefined && !document.slice(place.value.from, place.value.to).includes('\n');
      });
      // One value changed and changed back, at some places all over the document: one line differs, then none.
      for (const { path, value: old } of leaves.filter((_, index) => index % Math.ceil(leaves.length / 5) === 0)) {
        const edited = setYaml(document, path, typeof old === 'number' ? old + 1 : typeof old === 'boolean' ? !old : 'changed');
        expect(countChanged(document, edited), path.join('.')).toBe(1);
        expect(readYaml(setYaml(edited, path, old)).value()).toEqual(value);
      }
      // A field added and taken away again is as if it never was.
      for (const { path } of leaves.slice(0, 2)) {
        const parent = path.slice(0, -1);
        if (typeof path.at(-1) === 'number') continue;
        const added = setYaml(document, [...parent, 'heddleAdded'], { a: [1] });
        expect(removeYaml(added, [...parent, 'heddleAdded'])).toBe(document);
      }
      for (const path of listsOf(value).slice(0, 2)) {
        const moved = moveYaml(document, path, 0, 1);
        expect(moveYaml(moved, path, 1, 0)).toBe(document);
      }
    }
  });

  it('are the same after being split and joined', () => {
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const values = (one: string) =>
        readYaml(one)
          .documents.map((document) => document.toJS() as unknown)
          .filter((value) => value !== null);
      expect(values(joinDocuments(splitDocuments(text)))).toEqual(values(text));
    }
  });
});
