import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeResponse, ConvergenceResponse, TrafficResponse } from '@/lib/contract';
import { call, reviews, route, row, virtualService } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
  for (const version of ['v1', 'v2'])
    open.kubernetes.put('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `reviews-${version}`, namespace: 'default' },
      spec: { selector: { app: 'reviews', version }, ports: [{ name: 'http', port: 9080 }] },
    });
});
afterAll(() => open.close());

const httpRoute = (parent: object, weights: [number, number], name: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'default' },
  spec: {
    parentRefs: [parent],
    rules: [{ backendRefs: weights.map((weight, index) => ({ name: `reviews-v${index + 1}`, port: 9080, weight })) }],
  },
});

it.each([
  ['on a service', { group: '', kind: 'Service', name: 'reviews' }],
  ['at a gateway', { name: 'edge' }],
])('what an HTTPRoute %s asks is compared with what its versions got', async (where, parent) => {
  open.prometheus.answer = () => [row('v1', 700), row('v2', 300)];
  const object = httpRoute(parent, [90, 10], `route-${where.replaceAll(' ', '-')}`);
  const { status, body } = await call<ChangeResponse>('applyChange', { body: { objects: [object], reason: 'a try' } });
  expect(status).toBe(201);
  const convergence = await call<ConvergenceResponse>('convergence', { params: { id: body.change.id } });
  expect(convergence.body.splits).toEqual([
    expect.objectContaining({
      namespace: 'default',
      service: 'reviews',
      requests: 1000,
      verdict: 'differs',
      shares: [
        expect.objectContaining({ version: 'v1', asked: 0.9, observed: 0.7 }),
        expect.objectContaining({ version: 'v2', asked: 0.1, observed: 0.3 }),
      ],
    }),
  ]);
  expect(open.prometheus.queries.join('\n')).toContain('reviews|reviews-v1|reviews-v2');
});

it('subsets that any object of the mesh sends requests to are named', async () => {
  const other = virtualService([{ route: route({ v2: 100 }) }], { name: 'other', namespace: 'elsewhere' });
  open.kubernetes.put('virtualservices.networking.istio.io', {
    ...other,
    spec: { ...other.spec, http: [{ route: [{ destination: { host: 'reviews.default.svc.cluster.local', subset: 'v2' } }] }] },
  });
  await expect
    .poll(async () => (await call<TrafficResponse>('serviceTraffic', { params: reviews })).body.subsetUsers)
    .toEqual([{ subset: 'v2', object: 'VirtualService elsewhere/other' }]);
});
