import { describe, expect, it } from 'vitest';
import type { Node, Pod, Service } from '@/lib/model';
import { planEndpointSlices } from './plan-endpoint-slices';

const service = (spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 's1' },
  spec: { selector: { app: 'web' }, ...spec },
});

function pod(name: string, ip: string, ready: boolean, port: number, rest: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `u-${name}`, labels: { app: 'web' }, ...rest },
    spec: { nodeName: 'node-1', containers: [{ name: 'web', ports: [{ name: 'http', containerPort: port }] }] },
    status: { phase: 'Running', podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const nodes = new Map<string, Node>([
  ['node-1', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'z1' } } }],
]);
const named = { ports: [{ name: 'http', port: 80, targetPort: 'http' }] };

describe('planEndpointSlices', () => {
  it('has ready, unready and terminating pods with their conditions and zone', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const pods = [
      pod('a', '10.0.0.1', true, 9080),
      pod('b', '10.0.0.2', false, 9080),
      pod('c', '10.0.0.3', true, 9080, { deletionTimestamp }),
    ];
    const [slice, ...more] = planEndpointSlices(service(named), pods, nodes);
    expect(more).toEqual([]);
    expect(slice?.ports).toEqual([{ name: 'http', port: 9080, protocol: 'TCP' }]);
    expect(slice?.endpoints?.map((one) => [one.addresses[0], one.conditions, one.zone])).toEqual([
      ['10.0.0.1', { ready: true, serving: true, terminating: false }, 'z1'],
      ['10.0.0.2', { ready: false, serving: false, terminating: false }, 'z1'],
      ['10.0.0.3', { ready: false, serving: true, terminating: true }, 'z1'],
    ]);
  });

  it('makes a slice per port number when a named port differs between pods', () => {
    const slices = planEndpointSlices(service(named), [pod('a', '10.0.0.1', true, 9080), pod('b', '10.0.0.2', true, 9090)], nodes);
    expect(slices.map((slice) => [slice.ports?.[0]?.port, slice.endpoints?.length])).toEqual([
      [9080, 1],
      [9090, 1],
    ]);
    expect(new Set(slices.map((slice) => slice.metadata.name)).size).toBe(2);
  });

  it('takes no pods of another namespace, without an address, or that have ended', () => {
    const elsewhere = pod('a', '10.0.0.1', true, 9080, { namespace: 'other' });
    const waiting = { ...pod('b', '', false, 9080) };
    const ended = { ...pod('c', '10.0.0.3', true, 9080), status: { phase: 'Succeeded' as const, podIP: '10.0.0.3' } };
    const [slice] = planEndpointSlices(service(named), [elsewhere, waiting, ended], nodes);
    expect(slice?.endpoints).toEqual([]);
  });

  it('leaves services without a selector to whoever writes their endpoints', () => {
    expect(planEndpointSlices({ ...service(named), spec: named }, [pod('a', '10.0.0.1', true, 9080)], nodes)).toEqual([]);
  });

  it('calls unready pods ready when the service publishes them', () => {
    const [slice] = planEndpointSlices(service({ ...named, publishNotReadyAddresses: true }), [pod('b', '10.0.0.2', false, 9080)], nodes);
    expect(slice?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
  });
});
