import { describe, expect, it } from 'vitest';
import { serveKinds } from '../served-kinds';
import type { StoredObject } from '../storage/stored-object';
import { formatShortDuration } from './format-age';
import { tableOf } from './make-table';
import { readJsonPath } from './read-json-path';

const now = new Date('2026-01-01T01:00:00Z');
const kinds = serveKinds();
function cells(collection: string, object: Record<string, unknown>): Record<string, unknown> {
  const kind = kinds.get(collection);
  if (kind === undefined) throw new Error(collection);
  const stored = {
    apiVersion: 'v1',
    kind: 'X',
    ...object,
    metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z', ...(object['metadata'] as object | undefined) },
  } as StoredObject;
  const table = tableOf(kind, [stored], 'v1', { metadata: {}, include: null, version: 'v1', now });
  return Object.fromEntries((table.columnDefinitions ?? []).map((column, index) => [column.name, table.rows[0]?.cells[index]]));
}

describe('formatShortDuration', () => {
  it.each([
    [0, '0s'],
    [119, '119s'],
    [200, '3m20s'],
    [600, '10m'],
    [7200, '120m'],
    [5 * 3600 + 120, '5h2m'],
    [12 * 3600, '12h'],
    [76 * 3600, '3d4h'],
    [12 * 86_400, '12d'],
    [800 * 86_400, '2y70d'],
    [-10, '<invalid>'],
  ])('%i s is %s', (seconds, text) => {
    expect(formatShortDuration(seconds)).toBe(text);
  });
});

describe('tables', () => {
  it('show pods by what matters of their containers', () => {
    const status = (state: unknown, ready = false) => ({
      name: 'a',
      ready,
      restartCount: 2,
      image: '',
      imageID: '',
      state,
      lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:57:00Z' } },
    });
    const spec = { containers: [{ name: 'a' }, { name: 'b' }] };
    expect(cells('/pods', { spec, status: { phase: 'Running', containerStatuses: [status({ running: {} }, true)] } })).toMatchObject({
      Ready: '1/2',
      Status: 'Running',
      Restarts: '2 (3m ago)',
      Age: '60m',
    });
    expect(
      cells('/pods', { spec, status: { phase: 'Pending', containerStatuses: [status({ waiting: { reason: 'ErrImagePull' } })] } }),
    ).toMatchObject({ Status: 'ErrImagePull' });
    expect(
      cells('/pods', { spec, status: { phase: 'Failed', containerStatuses: [status({ terminated: { exitCode: 3 } })] } }),
    ).toMatchObject({ Status: 'ExitCode:3' });
    expect(cells('/pods', { spec, status: { phase: 'Running' }, metadata: { deletionTimestamp: 'x' } })).toMatchObject({
      Status: 'Terminating',
    });
  });

  it('show services, deployments and nodes as kubectl’s users know them', () => {
    const ports = [
      { port: 80, nodePort: 30080, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ];
    expect(cells('/services', { spec: { type: 'LoadBalancer', clusterIP: '127.96.0.2', ports } })).toMatchObject({
      Type: 'LoadBalancer',
      'External-IP': '<pending>',
      'Port(s)': '80:30080/TCP,53/UDP',
    });
    expect(cells('/services', { spec: { type: 'ExternalName', externalName: 'a.example' } })).toMatchObject({
      'External-IP': 'a.example',
      'Port(s)': '<none>',
    });
    const spec = {
      replicas: 3,
      selector: { matchLabels: { app: 'x' } },
      template: { spec: { containers: [{ name: 'c', image: 'i:1' }] } },
    };
    expect(cells('apps/deployments', { spec, status: { readyReplicas: 2, updatedReplicas: 3 } })).toMatchObject({
      Ready: '2/3',
      'Up-to-date': 3,
      Available: 0,
      Selector: 'app=x',
    });
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect(cells('/nodes', { status: { conditions }, metadata: { labels: { 'node-role.kubernetes.io/worker': '' } } })).toMatchObject({
      Status: 'Ready',
      Roles: 'worker',
    });
    expect(cells('/nodes', { spec: { unschedulable: true } })).toMatchObject({ Status: 'Unknown,SchedulingDisabled' });
  });

  it('show the printer columns of other kinds', () => {
    expect(cells('networking.istio.io/virtualservices', { spec: { hosts: ['reviews'] } })).toEqual({
      Name: 'x',
      Gateways: '',
      Hosts: '["reviews"]',
      Age: '60m',
    });
  });

  it.each([...kinds.keys()])('can show an almost empty object of %s', (collection) => {
    const kind = kinds.get(collection)?.definition.kind ?? '';
    const spec = { selector: {}, template: { spec: { containers: [] } }, containers: [] };
    const more: Record<string, object> = {
      Event: { involvedObject: {} },
      RoleBinding: { roleRef: {} },
      ClusterRoleBinding: { roleRef: {} },
    };
    expect(cells(collection, { spec, ...more[kind] })['Name']).toBe('x');
  });
});

describe('readJsonPath', () => {
  const object = {
    metadata: { labels: { 'a.b/c': 'x' } },
    status: { addresses: [{ value: '1' }, { value: '2' }], conditions: [{ type: 'Ready', status: 'True' }] },
  };
  it.each([
    ['.status.conditions[?(@.type=="Ready")].status', 'True'],
    ['.status.addresses[*].value', '1,2'],
    ['.status.addresses[1].value', '2'],
    [".metadata.labels['a.b/c']", 'x'],
    ['.status.nothing.here', undefined],
  ])('%s', (path, expected) => {
    expect(readJsonPath(object, path)).toBe(expected);
  });
});
