import { describe, expect, it } from 'vitest';
import { kubernetesKinds, meshKinds } from '@/lib/kinds';
import { objectSchema } from '../schema/field-schema';
import type { StoredObject } from '../storage/stored-object';
import { applyConfig, conflictMessage, movableFields, trackUpdate } from './managed-fields';
import type { FieldWriter } from './managed-fields';

const schemaOf = (kind: string) => {
  const definition = [...kubernetesKinds, ...meshKinds].find((one) => one.kind === kind);
  if (definition === undefined) throw new Error(kind);
  return objectSchema(definition);
};
const deployments = schemaOf('Deployment');
const services = schemaOf('Service');
const virtualServices = schemaOf('VirtualService');

const writer = (manager: string, apiVersion = 'v1'): FieldWriter => ({
  manager,
  apiVersion,
  subresource: '',
  time: '2026-01-01T00:00:00Z',
});
const object = (spec: unknown, metadata: Record<string, unknown> = {}): StoredObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'x', ...metadata },
  spec,
});

function apply(live: StoredObject | undefined, config: StoredObject, manager: string, schema = deployments, force = false) {
  const { object: merged, managedFields, conflicts } = applyConfig(live, config, schema, writer(manager), force);
  return { merged: { ...merged, metadata: { ...merged.metadata, managedFields } }, conflicts };
}
const owners = (stored: StoredObject) =>
  Object.fromEntries((stored.metadata.managedFields ?? []).map((entry) => [entry.manager, entry.fieldsV1]));

describe('server-side apply', () => {
  it('owns exactly what the configuration says', () => {
    const { merged } = apply(undefined, object({ replicas: 2 }, { labels: { app: 'x' } }), 'a');
    expect(owners(merged)).toEqual({ a: { 'f:metadata': { 'f:labels': { 'f:app': {} } }, 'f:spec': { 'f:replicas': {} } } });
  });

  it('merges keyed lists by their keys, with the keys’ defaults, and keeps the order', () => {
    const first = apply(
      undefined,
      object({
        ports: [
          { port: 80, name: 'http' },
          { port: 53, protocol: 'UDP' },
        ],
      }),
      'a',
      services,
    ).merged;
    expect(owners(first)['a']).toEqual({
      'f:spec': {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} },
          'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
        },
      },
    });
    const second = apply(
      first,
      object({
        ports: [
          { port: 9090, protocol: 'TCP' },
          { port: 80, protocol: 'TCP', appProtocol: 'http' },
        ],
      }),
      'b',
      services,
    ).merged;
    expect(second.spec).toEqual({
      ports: [
        { port: 9090, protocol: 'TCP' },
        { port: 80, name: 'http', protocol: 'TCP', appProtocol: 'http' },
        { port: 53, protocol: 'UDP' },
      ],
    });
  });

  it('removes what a manager no longer says, unless somebody else does', () => {
    const first = apply(undefined, object({ replicas: 2, paused: true }, { labels: { a: '1', b: '2' } }), 'one').merged;
    const second = apply(first, object({ paused: true }, { labels: { b: '2' } }), 'two').merged;
    const third = apply(second, { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }, 'one').merged;
    expect(third.spec).toEqual({ paused: true });
    expect(third.metadata.labels).toEqual({ b: '2' });
    expect(Object.keys(owners(third))).toEqual(['two']);
  });

  it('removes a list item with all that was said about it, but not fields that others own in it', () => {
    const config = (containers: unknown[]) => object({ template: { spec: { containers } } });
    const first = apply(
      undefined,
      config([
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ]),
      'one',
    ).merged;
    const second = apply(first, config([{ name: 'b', tty: true }]), 'two').merged;
    const third = apply(second, config([{ name: 'a', image: 'a:1' }]), 'one').merged;
    expect(third.spec).toEqual({
      template: {
        spec: {
          containers: [
            { name: 'a', image: 'a:1' },
            { name: 'b', tty: true },
          ],
        },
      },
    });
  });

  it('conflicts field by field, and says with whom', () => {
    const first = apply(undefined, object({ replicas: 2, paused: true }), 'one').merged;
    const { conflicts } = apply(first, object({ replicas: 3, paused: true, minReadySeconds: 1 }), 'two');
    expect(conflicts).toEqual([{ reason: 'FieldManagerConflict', message: 'conflict with "one" using v1', field: '.spec.replicas' }]);
    expect(conflictMessage(conflicts)).toBe('Apply failed with 1 conflict: conflict with "one" using v1: .spec.replicas');
    const two = apply(first, object({ replicas: 3, paused: false }), 'two').conflicts;
    expect(conflictMessage(two)).toBe('Apply failed with 2 conflicts: conflicts with "one" using v1:\n- .spec.paused\n- .spec.replicas');
  });

  it('takes fields over by force, and shares those with the same value', () => {
    const first = apply(undefined, object({ replicas: 2, paused: true }), 'one').merged;
    const { merged, conflicts } = apply(first, object({ replicas: 3, paused: true }), 'two', deployments, true);
    expect(conflicts).toEqual([]);
    expect(owners(merged)).toEqual({ one: { 'f:spec': { 'f:paused': {} } }, two: { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } } });
  });

  it('treats the routes of a VirtualService as one value', () => {
    const route = (weight: number) => object({ hosts: ['r'], http: [{ route: [{ destination: { host: 'r' }, weight }] }] });
    const first = apply(undefined, route(80), 'one', virtualServices).merged;
    expect(owners(first)['one']).toEqual({ 'f:spec': { 'f:hosts': {}, 'f:http': {} } });
    expect(apply(first, route(90), 'two', virtualServices).conflicts.map(({ field }) => field)).toEqual(['.spec.http']);
  });

  it('lets kubectl take over what its client-side apply wrote, as far as nobody changed it', () => {
    const applied = JSON.stringify({ metadata: { name: 'x' }, spec: { replicas: 2, paused: true } });
    const live = object({ replicas: 2, paused: false }, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } });
    expect([...movableFields(live, deployments)]).toEqual(['.spec.replicas']);
    expect(movableFields(object({}, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } }), deployments).size).toBe(
      0,
    );
  });
});

describe('updates', () => {
  it('own what they changed and take it from others', () => {
    const first = apply(undefined, object({ replicas: 2, paused: true }), 'one').merged;
    const next = { ...first, spec: { replicas: 5, paused: true } };
    const entries = trackUpdate(first, next, deployments, writer('hand'));
    expect(owners({ ...next, metadata: { ...next.metadata, managedFields: entries } })).toEqual({
      one: { 'f:spec': { 'f:paused': {} } },
      hand: { 'f:spec': { 'f:replicas': {} } },
    });
  });

  it('release what they remove', () => {
    const first = apply(undefined, object({ replicas: 2, paused: true }), 'one').merged;
    const { spec: _spec, ...rest } = first;
    const entries = trackUpdate(first, { ...rest, spec: { replicas: 2 } }, deployments, writer('hand'));
    expect(entries.map((entry) => [entry.manager, entry.fieldsV1])).toEqual([['one', { 'f:spec': { 'f:replicas': {} } }]]);
  });
});
