import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { changedObjects, editRule, moveRule, openRoute, readSplit, ruleEditorOf, writeSplit } from '.';
import type { RouteDraft, RouteObject, SplitContext } from '.';

/** Istio's own samples, read where they are; left out by name when they are not there. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const samples = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');

function readRoutes(folder: string): { name: string; object: RouteObject }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return readRoutes(path);
    if (!/\.ya?ml$/.test(entry.name)) return [];
    return parseAllDocuments(readFileSync(path, 'utf8'))
      .filter((document) => document.errors.length === 0)
      .map((document) => document.toJS() as RouteObject | null)
      .flatMap((object, index) =>
        object !== null && ['VirtualService', 'HTTPRoute', 'GRPCRoute'].includes(object.kind)
          ? [{ name: `${path.slice(samples.length + 1)}#${index} ${object.kind} ${object.metadata.name}`, object }]
          : [],
      );
  });
}

const routes = existsSync(samples) ? readRoutes(samples) : [];
const service = { namespace: 'default', name: 'reviews' };
const context: SplitContext = { service, subsets: [], versions: ['v1', 'v2'], backends: [] };

function written(draft: RouteDraft): unknown[] {
  return changedObjects({ service, route: draft, destinationRule: null, destinationRuleBase: null, newName: 'reviews' }).filter(
    (one) => one.kind === draft.object.kind,
  );
}

describe.skipIf(routes.length === 0)("Istio's samples (HEDDLE_SHARED/data/istio-samples)", () => {
  it('are many', () => expect(routes.length).toBeGreaterThan(40));

  it.each(routes)('$name: nothing changes without an edit, nothing but the edit with one', ({ object }) => {
    const before = JSON.stringify(object);
    const draft = openRoute(object);
    expect(written(draft)).toEqual([]);
    const editor = ruleEditorOf(object);
    for (const [position, { key, rule }] of draft.rules.entries()) {
      for (const facet of editor.facets) {
        const value = editor.read(rule, facet);
        expect(written(editRule(draft, key, facet, value)), facet).toEqual([]);
        // Also when it is written, what is read writes what was there ("every request" has several spellings).
        if (facet !== 'matches' || editor.read(rule, 'matches').length > 0) expect(editor.write(rule, facet, value), facet).toEqual(rule);
      }
      const field = object.kind === 'VirtualService' ? 'http' : 'rules';
      const stored = (object.spec[field] as Record<string, unknown>[])[position];
      const without = (one: unknown, path: string) => {
        const { [path]: _gone, ...rest } = one as Record<string, unknown>;
        return rest;
      };
      if (editor.facets.includes('timeoutMs')) {
        const [changed] = written(editRule(draft, key, 'timeoutMs', 1234)) as RouteObject[];
        const rules = changed?.spec[field] as Record<string, unknown>[];
        const part = object.kind === 'VirtualService' ? 'timeout' : 'timeouts';
        expect(rules[position]?.[part]).toEqual(
          object.kind === 'VirtualService' ? '1.234s' : { ...(stored?.['timeouts'] as object), request: '1.234s' },
        );
        expect(without(rules[position], part)).toEqual(without(stored, part));
        expect(rules.toSpliced(position, 1)).toEqual((object.spec[field] as unknown[]).toSpliced(position, 1));
        expect(without(changed?.spec, field)).toEqual(without(object.spec, field));
        expect(changed?.metadata).toEqual(object.metadata);
      }
      const matches = editor.read(rule, 'matches');
      const header = { subject: 'header', name: 'x-cohort', operator: 'exact', value: 'jason' } as const;
      const narrowed = (matches.length === 0 ? [[]] : matches).map((match) => [...match, header]);
      const [cohort] = written(editRule(draft, key, 'matches', narrowed)) as RouteObject[];
      const rules = cohort?.spec[field] as Record<string, unknown>[];
      expect(editor.read(rules[position] ?? {}, 'matches').map((match) => match.toSorted(byText))).toEqual(
        narrowed.map((match) => match.toSorted(byText)),
      );
      const part = object.kind === 'VirtualService' ? 'match' : 'matches';
      expect(without(rules[position], part)).toEqual(without(stored, part));
      // A split that is shifted and shifted back is what it was in proportion, with every destination in its place.
      const { rows } = readSplit(object, rule, context);
      if (rows.length === 2) {
        const shifted = editRule(draft, key, 'destinations', writeSplit(rows, [70, 30]));
        const target = shifted.rules[position]?.rule ?? {};
        expect(readSplit(object, target, context).rows.map((row) => row.destination.weight)).toEqual([70, 30]);
      }
    }
    if (draft.rules.length > 1) {
      const [moved] = written(moveRule(draft, draft.rules[0]?.key ?? '', 1)) as RouteObject[];
      const field = object.kind === 'VirtualService' ? 'http' : 'rules';
      const list = object.spec[field] as unknown[];
      expect(moved?.spec[field]).toEqual([list[1], list[0], ...list.slice(2)]);
    }
    expect(JSON.stringify(object)).toBe(before);
  });
});

function byText(left: object, right: object): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}
