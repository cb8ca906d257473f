import { describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import { buildMeshState, computeStatuses, noteObjects, withEffects } from './index';
import type { Note } from './index';

function rule(spec: object, status?: object): KubernetesResource {
  const object = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'reviews', namespace: 'default', generation: 3 },
    spec: { host: 'reviews', ...spec },
    ...(status === undefined ? {} : { status }),
  };
  return object;
}
const tunnel = { trafficPolicy: { tunnel: { targetHost: 'a', targetPort: 1 } } };

function statusesOf(objects: readonly KubernetesResource[], more: readonly Note[] = []) {
  const state = buildMeshState(objects);
  return withEffects(state, computeStatuses(state), [...noteObjects(state), ...more]);
}

describe('withEffects', () => {
  it('names the field without effect in the status, and keeps what others said', () => {
    const [status] = statusesOf([rule(tunnel, { conditions: [{ type: 'Reconciled', status: 'True' }] })]);
    expect(status).toMatchObject({ kind: 'DestinationRule', namespace: 'default', name: 'reviews' });
    expect(status?.status).toEqual({
      conditions: [
        { type: 'Reconciled', status: 'True' },
        {
          type: 'heddle.dev/Effective',
          status: 'False',
          reason: 'NoEffect',
          message: 'spec.trafficPolicy.tunnel: Connections are not tunnelled',
          observedGeneration: 3,
        },
      ],
    });
  });

  it('says nothing about objects that are in force, and takes back what it said', () => {
    expect(statusesOf([rule({})])).toEqual([]);
    const [status] = statusesOf([rule({}, { conditions: [{ type: 'heddle.dev/Effective', status: 'False' }] })]);
    expect(status?.status).toMatchObject({ conditions: [{ type: 'heddle.dev/Effective', status: 'True', observedGeneration: 3 }] });
  });

  it('says what a proxy could not be given', () => {
    const note: Note = {
      code: 'not_compiled',
      severity: 'error',
      object: { kind: 'DestinationRule', namespace: 'default', name: 'reviews' },
      path: 'spec.subsets',
      message: 'It cannot be read',
    };
    expect(statusesOf([rule({})], [note])[0]?.status).toMatchObject({
      conditions: [{ reason: 'NotCompiled', message: 'spec.subsets: It cannot be read' }],
    });
  });

  it('says of an object that is left out as a whole which field is why, and takes an empty field for none', () => {
    const [status] = statusesOf([rule({ subsets: 'v1' })]);
    expect(status?.status).toMatchObject({
      conditions: [{ status: 'False', reason: 'NotCompiled', message: 'spec.subsets: Left out: It is no list' }],
    });
    expect(statusesOf([rule({ subsets: [{ labels: {} }] })])[0]?.status).toMatchObject({
      conditions: [{ message: 'spec.subsets[0].name: Left out: It is missing' }],
    });
    expect(statusesOf([rule({ trafficPolicy: null })])).toEqual([]);
  });

  it('names kinds that nothing acts on', () => {
    const filter = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: 'lua', namespace: 'default' } };
    expect(statusesOf([filter])[0]?.status).toMatchObject({ conditions: [{ status: 'False', reason: 'NoEffect' }] });
  });

  it('adds to the conditions of the Gateway API: of a Gateway, and of every parent of a route', () => {
    const gateway = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'gw', namespace: 'default' },
      spec: {
        gatewayClassName: 'istio',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
        infrastructure: { labels: { a: 'b' } },
      },
    };
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'r', namespace: 'default' },
      spec: { parentRefs: [{ name: 'gw' }], rules: [{ sessionPersistence: { sessionName: 's' } }] },
    };
    const statuses = statusesOf([gateway, route]);
    const effective = { type: 'heddle.dev/Effective', status: 'False' };
    expect(statuses.find(({ kind }) => kind === 'Gateway')?.status).toMatchObject({
      conditions: [{ type: 'Accepted' }, { type: 'Programmed' }, effective],
    });
    expect(statuses.find(({ kind }) => kind === 'HTTPRoute')?.status).toMatchObject({
      parents: [{ conditions: [{ type: 'Accepted' }, { type: 'ResolvedRefs' }, effective] }],
    });
  });

  it('warns of policies for a Gateway that no proxy obeys, until it has proxies of its own', () => {
    const policy = {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'closed', namespace: 'default' },
      spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' }], action: 'DENY', rules: [{}] },
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'gw-istio', namespace: 'default', labels: { 'gateway.networking.k8s.io/gateway-name': 'gw' } },
      spec: { containers: [{ name: 'istio-proxy' }] },
      status: { podIP: '127.64.0.9' },
    };
    expect(statusesOf([policy])[0]?.status).toMatchObject({ conditions: [{ status: 'False', reason: 'NoEffect' }] });
    expect(statusesOf([policy, pod])).toEqual([]);
  });
});
