import { describe, expect, it } from 'vitest';
import type { Condition } from '@/lib/kinds/shared/conditions';
import type { RuleDestination } from '@/lib/kinds/shared/rule-editor';
import type { KubernetesResource, Service } from '@/lib/model';
import { parseRequest, simulate } from '@/lib/simulate';
import { addRule, changedObjects, editRule, moveRule, newVirtualService, openRoute, readSplit, writeSplit } from '.';
import type { RouteDraft, RouteObject, SplitContext } from '.';

const service = { namespace: 'shop', name: 'greeter' };
const port = 50_051;
const versions = ['v1', 'v2'];

const serviceOf = (name: string, selector: Record<string, string>, portName: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector, ports: [{ name: portName, port }] },
});
const workload = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'app', ports: [{ containerPort: port }] }] } } },
});

/** A caller and a service of two versions, each of which has a Service of its own. */
function meshOf(portName: string): KubernetesResource[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    serviceOf('greeter', { app: 'greeter' }, portName),
    ...versions.map((version) => serviceOf(`greeter-${version}`, { app: 'greeter', version }, portName)),
    ...versions.map((version) => workload(`greeter-${version}`, { app: 'greeter', version })),
    workload('client', { app: 'client' }),
  ];
}

const context: SplitContext = {
  service,
  subsets: versions.map((name) => ({ name, version: name })),
  versions,
  backends: versions.map((version) => ({ namespace: 'shop', name: `greeter-${version}`, port, version })),
};

const routeOf = (kind: 'HTTPRoute' | 'GRPCRoute'): RouteObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name: 'greeter', namespace: 'shop' },
  spec: { parentRefs: [{ group: '', kind: 'Service', name: 'greeter' }], rules: [{ backendRefs: [{ name: 'greeter', port }] }] },
});

/** What the edited objects make of a request: compiled as for the caller's sidecar, and decided as there. */
function decide(draft: RouteDraft, portName: string, line: string, headers: string[] = []) {
  const objects = changedObjects({ service, route: draft, destinationRule: null, destinationRuleBase: null, newName: 'greeter' });
  const simulated = simulate({
    objects: [...meshOf(portName), ...(objects as unknown as KubernetesResource[])],
    from: 'shop/client',
    request: parseRequest(line, headers),
    nowMs: 0,
  });
  const byVersion = new Map<string, number>();
  for (const { name, weight } of simulated.clusters) {
    const reached = new Set(simulated.destinations.filter((one) => one.cluster === name).map((one) => one.version ?? '?'));
    const version = [...reached].toSorted().join('+');
    byVersion.set(version, (byVersion.get(version) ?? 0) + weight);
  }
  return { ...simulated, shares: Object.fromEntries(byVersion) };
}

function shift(draft: RouteDraft, weights: readonly number[]): RouteDraft {
  const [rule] = draft.rules;
  if (rule === undefined) throw new Error('no rule');
  const { rows } = readSplit(draft.object, rule.rule, context);
  return editRule(draft, rule.key, 'destinations', writeSplit(rows, weights));
}

function toVersion(draft: RouteDraft, version: string): RuleDestination {
  const row = readSplit(draft.object, draft.rules[0]?.rule ?? {}, context).rows.find((one) => one.version === version);
  if (row === undefined) throw new Error(`no ${version}`);
  return row.destination;
}

const firstKey = (draft: RouteDraft): string => draft.rules[0]?.key ?? '';

describe('an edited GRPCRoute', () => {
  const start = openRoute(routeOf('GRPCRoute'));
  const hello = `POST http://greeter:${port}/helloworld.Greeter/SayHello`;
  const bye = `POST http://greeter:${port}/helloworld.Greeter/SayBye`;

  it('leaves the split to the endpoints until it is divided, and then divides it', () => {
    expect(readSplit(start.object, start.rules[0]?.rule ?? {}, context).undivided).toBe(true);
    const draft = shift(start, [90, 10]);
    expect(decide(draft, 'grpc', hello)).toMatchObject({ object: 'GRPCRoute shop/greeter', shares: { v1: 90, v2: 10 } });
  });

  it('sends the calls of one method to one version, and others by header', () => {
    const split = shift(start, [100, 0]);
    const method: Condition[] = [
      { subject: 'grpcService', name: '', operator: 'exact', value: 'helloworld.Greeter' },
      { subject: 'grpcMethod', name: '', operator: 'exact', value: 'SayHello' },
    ];
    const header: Condition[] = [{ subject: 'header', name: 'x-team', operator: 'exact', value: 'blue' }];
    const draft = addRule(addRule(split, 0, toVersion(split, 'v2'), [method]), 0, toVersion(split, 'v2'), [header]);
    expect(decide(draft, 'grpc', hello).shares).toEqual({ v2: 100 });
    expect(decide(draft, 'grpc', bye).shares).toEqual({ v1: 100 });
    expect(decide(draft, 'grpc', bye, ['x-team: blue']).shares).toEqual({ v2: 100 });
    expect(decide(draft, 'grpc', bye, ['x-team: red']).shares).toEqual({ v1: 100 });
    // Precision decides between rules, not their order.
    const last = moveRule(draft, firstKey(draft), 2);
    expect(decide(last, 'grpc', bye, ['x-team: blue']).shares).toEqual({ v2: 100 });
  });

  it('mirrors, and changes headers', () => {
    const split = shift(start, [100, 0]);
    const { host, namespace, subset } = toVersion(split, 'v2');
    const mirrored = editRule(split, firstKey(split), 'mirrors', [{ host, namespace, subset, port, percent: 100, from: null }]);
    const decided = decide(mirrored, 'grpc', hello);
    expect(decided.shares).toEqual({ v1: 100 });
    expect(decided.mirror).toEqual([{ name: expect.stringContaining('greeter-v2') as string, percent: 100 }]);
  });
});

describe('an edited HTTPRoute', () => {
  it('divides, limits and rewrites', () => {
    let draft = shift(openRoute(routeOf('HTTPRoute')), [70, 30]);
    draft = editRule(draft, firstKey(draft), 'timeoutMs', 250);
    draft = editRule(draft, firstKey(draft), 'rewrite', { path: { mode: 'full', value: '/v2' }, host: null });
    expect(decide(draft, 'http', `GET http://greeter:${port}/old/1`)).toMatchObject({
      object: 'HTTPRoute shop/greeter',
      shares: { v1: 70, v2: 30 },
      timeoutMs: 250,
      upstream: { path: '/v2' },
    });
  });
});

describe('an edited VirtualService', () => {
  it('replaces what a pattern finds in the path', () => {
    let draft = shift(openRoute(newVirtualService(service)), [25, 75]);
    draft = editRule(draft, firstKey(draft), 'rewrite', {
      path: { mode: 'regex', match: '^/old/(\\d+)', value: '/new/\\1/x' },
      host: null,
    });
    expect(decide(draft, 'http', `GET http://greeter:${port}/old/12/y`)).toMatchObject({
      object: 'VirtualService shop/greeter',
      shares: { v1: 25, v2: 75 },
      upstream: { path: '/new/12/x/y' },
    });
  });
});
