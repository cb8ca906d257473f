import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gvkKey, kubernetesKinds, meshKinds } from '..';

const all = [...kubernetesKinds, ...meshKinds];

describe('the registry', () => {
  it('has each kind and each collection once', () => {
    expect(new Set(all.map(gvkKey)).size).toBe(all.length);
    expect(new Set(all.map((kind) => `${kind.group}/${kind.plural}`)).size).toBe(all.length);
  });

  it('calls Kubernetes’ own kinds native, and no others', () => {
    expect(kubernetesKinds.filter((kind) => !kind.native)).toEqual([]);
    expect(meshKinds.filter((kind) => kind.native)).toEqual([]);
  });

  it.each(all.map((kind) => [gvkKey(kind), kind] as const))('%s has a schema that can be published', (_key, kind) => {
    const schemas = [kind.spec, kind.body, kind.status].filter((schema) => schema !== undefined);
    expect(schemas.length).toBeGreaterThan(0);
    for (const schema of schemas) expect(z.toJSONSchema(schema, { io: 'input' })).toHaveProperty('type', 'object');
  });

  it('has keyed lists only over fields that their items have', () => {
    const visit = (schema: Record<string, unknown>, path: string): void => {
      const keys = schema['x-kubernetes-list-map-keys'];
      const items = schema['items'] as { properties?: Record<string, unknown> } | undefined;
      if (Array.isArray(keys))
        for (const key of keys as string[])
          expect([path, Object.keys(items?.properties ?? {})]).toEqual([path, expect.arrayContaining([key])]);
      for (const [name, value] of Object.entries(schema))
        if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>, `${path}.${name}`);
    };
    for (const kind of kubernetesKinds)
      for (const schema of [kind.spec, kind.body, kind.status]) if (schema) visit(z.toJSONSchema(schema, { io: 'input' }), kind.kind);
  });
});

describe('a Deployment', () => {
  const spec = kubernetesKinds.find((kind) => kind.kind === 'Deployment')?.spec;
  const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { path: '/', port: 'http' } } }];
  const good = { selector: { matchLabels: { app: 'x' } }, template: { spec: { containers } } };

  it('is accepted when it is one', () => {
    expect(spec?.safeParse(good).success).toBe(true);
  });

  it.each([
    ['selector', { template: good.template }],
    ['replicas', { ...good, replicas: -1 }],
    ['template', { ...good, template: { spec: { containers: [{ image: 'a' }] } } }],
    ['template', { ...good, template: { spec: { containers: [{ ...containers[0], ports: [{ containerPort: 70_000 }] }] } } }],
  ])('is refused for a wrong %s', (field, wrong) => {
    expect(spec?.safeParse(wrong).error?.issues[0]?.path[0]).toBe(field);
  });
});
