import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { definitionOf, withoutOptional } from './field-notes';
import { meshKinds, patternOf, readReferences, shapeAt, shapeOf } from '.';
import type { FieldShape, KubernetesObject } from '.';

const specOf = (kind: (typeof meshKinds)[number]): FieldShape => {
  if (kind.spec === undefined) throw new Error(`${kind.kind} has no schema`);
  return shapeOf(kind.spec);
};

/** Every field of a shape with its path as a pattern. */
function fieldsOf(shape: FieldShape, path = ''): { path: string; text: string | undefined; shape: FieldShape }[] {
  if (shape.type === 'list') return fieldsOf(shape.item, `${path}[]`);
  if (shape.type === 'map') return fieldsOf(shape.value, `${path}{}`);
  if (shape.type !== 'object') return [];
  return shape.fields.flatMap((field) => {
    const at = path === '' ? field.name : `${path}.${field.name}`;
    return [{ path: at, text: field.note?.text, shape: field.shape }, ...fieldsOf(field.shape, at)];
  });
}

/** Names in a value that its shape does not have. */
function unknownIn(shape: FieldShape, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => (shape.type === 'list' ? unknownIn(shape.item, item) : ['a list']));
  if (typeof value !== 'object' || value === null)
    return ['object', 'list', 'map'].includes(shape.type) ? [`${String(value)} for ${shape.type}`] : [];
  return Object.entries(value).flatMap(([name, one]) => {
    const inner = shapeAt(shape, [name]);
    return inner === undefined ? [name] : unknownIn(inner, one);
  });
}

/** Istio's own are long texts edited as YAML. */
const withoutForm = ['EnvoyFilter', 'WasmPlugin'];

describe.each(meshKinds.map((kind) => [`${kind.group}/${kind.kind}`, kind] as const))('%s', (_name, kind) => {
  const fields = fieldsOf(specOf(kind));

  it('says in a sentence what it is for, and what each field means', () => {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/);
    expect(fields.filter(({ text }) => text === undefined || !text.endsWith('.')).map(({ path }) => path)).toEqual([]);
  });

  it('has a form that leads to every field', () => {
    if (withoutForm.includes(kind.kind)) {
      expect(kind.form).toBeUndefined();
      return;
    }
    const top = fields.filter(({ path }) => !/[.[{]/.test(path)).map(({ path }) => path);
    expect(kind.form?.groups.flatMap((group) => group.fields).toSorted()).toEqual(top.toSorted());
    // Fields inside are all behind their object; what the layout offers first must be there.
    for (const [part, names] of Object.entries(kind.form?.parts ?? {})) {
      const known = fields.filter(({ path }) => path.startsWith(`${part}.`) && !/[.[{]/.test(path.slice(part.length + 1)));
      expect(
        names.filter((name) => !known.some(({ path }) => path === `${part}.${name}`)),
        part,
      ).toEqual([]);
    }
  });

  it('begins new fields with what the schema takes', () => {
    const spec = specOf(kind);
    for (const [path, value] of Object.entries(kind.form?.begin ?? {})) {
      const shape = shapeAt(
        spec,
        path.split(/\.|(?=\[\])|(?=\{\})/).map((part) => (part === '[]' ? 0 : part === '{}' ? 'any' : part)),
      );
      expect(shape, path).toBeDefined();
      expect(unknownIn(shape ?? spec, value), path).toEqual([]);
    }
  });

  it('shows a form nothing that it could not edit', () => {
    if (kind.form === undefined) return;
    const free = fields.filter(({ shape }) => shape.type === 'any').map(({ path }) => path);
    expect(free.filter((path) => !path.endsWith('pluginConfig'))).toEqual([]);
  });

  it('has references that are there', () => {
    const known = new Set(fields.flatMap(({ path, shape }) => (shape.type === 'list' ? [path, `${path}[]`] : [path])));
    expect(Object.keys(kind.references).filter((path) => !known.has(path))).toEqual([]);
  });

  it('has an example that its schema and rules take', () => {
    const object = parse(kind.example) as KubernetesObject;
    expect([object.apiVersion, object.kind]).toEqual([`${kind.group}/${kind.versions[0] ?? ''}`, kind.kind]);
    expect(kind.spec?.safeParse(object.spec).error).toBeUndefined();
    const problems: string[] = [];
    kind.rules?.(object, {
      error: (path, message) => problems.push(`${path}: ${message}`),
      warning: (path, message) => problems.push(`${path}: ${message}`),
      regexProblem: () => undefined,
    });
    expect(problems).toEqual([]);
  });

  it('says in words what its example does', () => {
    const words = kind.describe?.(parse(kind.example) as KubernetesObject) ?? [];
    expect(words.length).toBeGreaterThan(0);
    for (const { text } of words) expect(text).toMatch(/^[^{}]+\.$/);
  });
});

/** Rooms in which kinds have a meaning of their own: what their objects do is written there, kind by kind. */
const meanings = [
  'lib/kinds',
  'lib/pilot',
  'lib/validate/findings',
  'lib/routing',
  'lib/simulate',
  'lib/traffic',
  'lib/starts',
  'lib/graph',
];
/** Files elsewhere that mean single kinds, and why. */
const meantHere = [
  // How each kind of route and policy acts on a service.
  'server/console/describe-service.ts',
  // Servers of gateways and the routes bound to them.
  'server/console/show-gateways.ts',
  // What stands behind a response flag.
  'server/console/explain-flags.ts',
  // What each start makes.
  'components/config/other-starts.tsx',
];
/** So many different kinds named in one file are a list of kinds. */
const mostNamed = 3;

describe('the registry', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      return entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.|testdata/.test(path) ? [path] : [];
    });

  it('is the only list of kinds', () => {
    const names = new Set(meshKinds.map((one) => one.kind));
    const lists = ['app', 'components', 'lib', 'scripts', 'server'].flatMap((folder) =>
      sources(folder).filter((path) => {
        if (meanings.some((room) => path.startsWith(`${room}/`)) || meantHere.includes(path)) return false;
        const named = [...readFileSync(join(root, path), 'utf8').matchAll(/['"`](?:[\w.]+\/)?([A-Z]\w+)['"`]/g)].map(
          ([, name]) => name ?? '',
        );
        return new Set(named.filter((name) => names.has(name))).size > mostNamed;
      }),
    );
    expect(lists).toEqual([]);
  });

  it('has a folder for each kind, and takes it from there in one line', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && !['shared', 'kubernetes', 'testdata'].includes(entry.name),
    );
    expect(folders).toHaveLength(meshKinds.length);
    const registry = readFileSync(join(import.meta.dirname, 'mesh-kinds.ts'), 'utf8');
    for (const { name } of folders) expect(registry.split(`'./${name}'`)).toHaveLength(2);
  });
});

describe('shapes', () => {
  it('are found by path', () => {
    const kind = meshKinds.find((one) => one.kind === 'VirtualService');
    const spec = shapeOf(withoutOptional(kind?.spec ?? meshKinds[0]?.spec ?? failing()));
    expect(shapeAt(spec, ['http', 2, 'route', 0, 'destination'])).toMatchObject({ type: 'object', widget: 'destination' });
    expect(shapeAt(spec, ['http', 2, 'match', 0, 'headers', 'end-user', 'exact'])).toEqual({ type: 'text' });
    expect(shapeAt(spec, ['http', 2, 'timeout'])).toEqual({ type: 'text', widget: 'duration' });
    expect(shapeAt(spec, ['http', 'x'])).toBeUndefined();
    expect(patternOf(['http', 2, 'match', 0, 'uri'])).toBe('http[].match[].uri');
    expect(definitionOf(kind?.spec ?? failing()).type).toBe('object');
  });
});

function failing(): never {
  throw new Error('no such kind');
}

describe('readReferences', () => {
  const kindOf = (name: string) =>
    meshKinds.find((kind) => kind.kind === name && kind.group !== 'gateway.networking.k8s.io')?.references ?? {};

  it('reads hosts, gateways and delegates of a VirtualService', () => {
    const object: KubernetesObject = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'a', namespace: 'shop' },
      spec: {
        hosts: ['reviews'],
        gateways: ['mesh', 'istio-system/public'],
        http: [{ route: [{ destination: { host: 'reviews', subset: 'v2', port: { number: 80 } } }] }, { delegate: { name: 'rest' } }],
      },
    };
    expect(readReferences(object, kindOf('VirtualService'))).toEqual([
      { path: 'spec.hosts[0]', to: 'host', host: 'reviews', namespace: 'shop' },
      { path: 'spec.gateways[1]', to: 'object', group: 'networking.istio.io', kind: 'Gateway', namespace: 'istio-system', name: 'public' },
      { path: 'spec.http[0].route[0].destination', to: 'host', host: 'reviews', namespace: 'shop', subset: 'v2', port: 80 },
      {
        path: 'spec.http[1].delegate',
        to: 'object',
        group: 'networking.istio.io',
        kind: 'VirtualService',
        namespace: 'shop',
        name: 'rest',
      },
    ]);
  });

  it('knows that a policy of the root namespace selects everywhere', () => {
    const policy = (namespace: string): KubernetesObject => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'a', namespace },
      spec: { selector: { matchLabels: { app: 'x' } } },
    });
    const spaces = ['shop', 'istio-system'].map((namespace) => readReferences(policy(namespace), kindOf('AuthorizationPolicy'))[0]);
    expect(spaces).toEqual([
      { path: 'spec.selector.matchLabels', to: 'workloads', namespace: 'shop', labels: { app: 'x' } },
      { path: 'spec.selector.matchLabels', to: 'workloads', namespace: '*', labels: { app: 'x' } },
    ]);
  });
});
