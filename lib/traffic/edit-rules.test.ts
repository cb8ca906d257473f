import { describe, expect, it } from 'vitest';
import type { DestinationRule } from '@/lib/kinds';
import {
  addCohort,
  addRule,
  changedObjects,
  concernsCaller,
  duplicateRule,
  editFault,
  editRule,
  faultOf,
  findUnreachable,
  incompleteRules,
  isEdited,
  moveRule,
  movedRules,
  newVirtualService,
  openRoute,
  portsWithPolicy,
  readPolicyField,
  readSplit,
  removeRule,
  ruleEditorOf,
  subsetsInUse,
  withPolicyBlock,
  withPolicyField,
  withPortPolicy,
  withoutPortPolicy,
  withoutSubset,
  writeSplit,
} from '.';
import type { RouteDraft, RouteObject, SplitContext } from '.';

const service = { namespace: 'default', name: 'reviews' };
const context: SplitContext = {
  service,
  subsets: [
    { name: 'v1', version: 'v1' },
    { name: 'v2', version: 'v2' },
  ],
  versions: ['v1', 'v2', 'v3'],
  backends: ['v1', 'v2'].map((version) => ({ namespace: 'default', name: `reviews-${version}`, port: 9080, version })),
};
const destinationRule: DestinationRule = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'reviews', namespace: 'default', resourceVersion: '5' },
  spec: {
    host: 'reviews',
    trafficPolicy: { loadBalancer: { simple: 'RANDOM' }, connectionPool: { tcp: { maxConnections: 7, idleTimeout: '9s' } } },
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'v2', labels: { version: 'v2' } },
    ],
  },
};

/** A rule with all the things an editor may forget, and some it cannot know. */
const rich = {
  name: 'rich',
  match: [
    {
      name: 'a',
      statPrefix: 's',
      uri: { prefix: '/api' },
      ignoreUriCase: true,
      headers: { cookie: { regex: '^(.*?;)?(user=jason)(;.*)?$' } },
      future: 1,
    },
  ],
  route: [
    { destination: { host: 'reviews', subset: 'v1', port: { number: 9080 } }, weight: 3, headers: { request: { set: { x: 'y' } } } },
    { destination: { host: 'other.elsewhere.svc.cluster.local' }, weight: 1 },
  ],
  fault: { abort: { grpcStatus: 'UNAVAILABLE', percentage: { value: 1 } }, delay: { fixedDelay: '2s', percent: 5 } },
  retries: { attempts: 2, backoff: '30ms', retryRemoteLocalities: true },
  corsPolicy: { allowOrigin: ['https://a.example'], maxAge: '24h', unmatchedPreflights: 'IGNORE' },
  mirror: { host: 'reviews', subset: 'v2' },
  mirrorPercent: 20,
  rewrite: { uriRegexRewrite: { match: 'a', rewrite: 'b' } },
  headers: { response: { remove: ['server'] } },
  timeout: '1.5s',
};
const last = { route: [{ destination: { host: 'reviews' } }] };

function virtualService(http: object[]): RouteObject {
  return {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: { name: 'reviews', namespace: 'default', resourceVersion: '7', labels: { team: 'a' } },
    spec: { hosts: ['reviews'], http, tcp: [{ route: [] }] },
  };
}

function httpRoute(rules: object[]): RouteObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'reviews', namespace: 'default', resourceVersion: '7' },
    spec: { parentRefs: [{ group: '', kind: 'Service', name: 'reviews', port: 9080 }], rules },
  };
}

function write(route: RouteDraft, rule: DestinationRule | null = destinationRule): object[] {
  return changedObjects({ service, route, destinationRule: rule, destinationRuleBase: destinationRule, newName: 'reviews' });
}
const rulesOf = (draft: RouteDraft): unknown[] => draft.rules.map((one) => one.rule);
const keyAt = (draft: RouteDraft, index: number): string => draft.rules[index]?.key ?? '';

describe('rules of a VirtualService', () => {
  const draft = openRoute(virtualService([rich, last]));

  it('are read part by part', () => {
    const editor = ruleEditorOf(draft.object);
    expect(editor.read(rich, 'matches')).toEqual([
      [
        { subject: 'uri', name: '', operator: 'prefix', value: '/api' },
        { subject: 'cookie', name: 'user', operator: 'exact', value: 'jason' },
      ],
    ]);
    expect(editor.read(rich, 'fault')).toEqual({ delay: { ms: 2000, percent: 5 }, abort: null });
    expect(editor.read(rich, 'mirrors')).toEqual([{ host: 'reviews', namespace: null, subset: 'v2', port: null, percent: 20, from: 0 }]);
    expect(editor.read(rich, 'cors')).toMatchObject({
      origins: [{ operator: 'exact', value: 'https://a.example' }],
      maxAgeSeconds: 86_400,
    });
    expect(editor.read(rich, 'destinations').map((one) => one.weight)).toEqual([75, 25]);
  });

  it('keep what an edit does not concern', () => {
    const one = (name: Parameters<typeof editRule>[2], value: unknown) =>
      rulesOf(editRule(draft, keyAt(draft, 0), name, value as never))[0];
    expect(one('timeoutMs', 250)).toEqual({ ...rich, timeout: '250ms' });
    expect(one('fault', { delay: { ms: 2000, percent: 5 }, abort: { status: 503, percent: 10 } })).toEqual({
      ...rich,
      fault: { delay: { fixedDelay: '2s', percent: 5 }, abort: { httpStatus: 503, percentage: { value: 10 } } },
    });
    expect(one('fault', null)).toEqual({ ...rich, fault: { abort: { grpcStatus: 'UNAVAILABLE', percentage: { value: 1 } } } });
    expect(one('retries', { attempts: 5, perTryTimeoutMs: 100, retryOn: null, codes: null })).toEqual({
      ...rich,
      retries: { attempts: 5, backoff: '30ms', retryRemoteLocalities: true, perTryTimeout: '100ms' },
    });
    expect(one('mirrors', [{ host: 'reviews', namespace: null, subset: 'v2', port: null, percent: 50, from: 0 }])).toMatchObject({
      mirror: { host: 'reviews', subset: 'v2' },
      mirrorPercentage: { value: 50 },
    });
    expect(one('responseHeaders', { set: [['x-a', '1']], add: [], remove: ['server'] })).toMatchObject({
      headers: { response: { set: { 'x-a': '1' }, remove: ['server'] } },
    });
    // A path and a pattern exclude each other (Istio's webhook); the host stays beside either.
    expect(ruleEditorOf(draft.object).read(rich, 'rewrite')).toEqual({ path: { mode: 'regex', match: 'a', value: 'b' }, host: null });
    expect(one('rewrite', { path: { mode: 'prefix', value: '/v2' }, host: 'x' })).toEqual({
      ...rich,
      rewrite: { uri: '/v2', authority: 'x' },
    });
    expect(one('rewrite', { path: { mode: 'regex', match: '^/v1', value: '' }, host: null })).toEqual({
      ...rich,
      rewrite: { uriRegexRewrite: { match: '^/v1', rewrite: '' } },
    });
    expect(one('rewrite', null)).not.toHaveProperty('rewrite');
    const pattern = editRule(draft, keyAt(draft, 0), 'rewrite', { path: { mode: 'regex', match: '', value: '/' }, host: null });
    expect([...incompleteRules(pattern)]).toEqual([keyAt(draft, 0)]);
    const method = { subject: 'method', name: '', operator: 'exact', value: 'GET' } as const;
    const matches = ruleEditorOf(draft.object)
      .read(rich, 'matches')
      .map((match) => [...match, method]);
    expect(one('matches', matches)).toEqual({ ...rich, match: [{ ...rich.match[0], method: { exact: 'GET' } }] });
  });

  it('shift without losing headers, and add subsets that are missing', () => {
    const { rows, undivided } = readSplit(draft.object, rich, context);
    expect(undivided).toBe(false);
    expect(rows.map((row) => [row.label, row.destination.weight])).toEqual([
      ['v1', 75],
      ['other.elsewhere.svc.cluster.local', 25],
      ['v2', 0],
      ['v3', 0],
    ]);
    const shifted = editRule(draft, keyAt(draft, 0), 'destinations', writeSplit(rows, [50, 25, 0, 25]));
    const [subsets, route] = write(shifted);
    expect(subsets).toEqual({
      ...destinationRule,
      spec: { ...destinationRule.spec, subsets: [...(destinationRule.spec.subsets ?? []), { name: 'v3', labels: { version: 'v3' } }] },
    });
    expect(route).toEqual(
      virtualService([
        {
          ...rich,
          route: [
            { ...rich.route[0], weight: 50 },
            { ...rich.route[1], weight: 25 },
            { destination: { host: 'reviews', subset: 'v3', port: { number: 9080 } }, weight: 25 },
          ],
        },
        last,
      ]),
    );
  });

  it('divide what goes to the service as a whole, and take a header cohort out of it', () => {
    const { rows, undivided } = readSplit(draft.object, last, context);
    expect(undivided).toBe(true);
    expect(rows.map((row) => row.destination.weight)).toEqual([34, 33, 33]);
    const v2 = rows[1]?.destination;
    if (!v2) throw new Error('no v2');
    const header = { subject: 'header', name: 'end-user', operator: 'exact', value: 'jason' } as const;
    const cohort = addCohort(draft, keyAt(draft, 1), [header], v2);
    expect(rulesOf(cohort)[0]).toEqual({
      match: [{ headers: { 'end-user': { exact: 'jason' } } }],
      route: [{ destination: { host: 'reviews', subset: 'v2' } }],
    });
    expect(rulesOf(cohort).slice(1)).toEqual([rich, last]);
    expect(write(cohort)).toHaveLength(1);
  });

  it('are added, copied, moved and deleted', () => {
    const to = { host: 'reviews', namespace: null, subset: 'v1', port: null, weight: 1, from: null };
    expect(rulesOf(addRule(draft, 1, to))[1]).toEqual({ route: [{ destination: { host: 'reviews', subset: 'v1' } }] });
    const { name: _name, ...copy } = rich;
    expect(rulesOf(duplicateRule(draft, keyAt(draft, 0)))).toEqual([rich, copy, last]);
    expect(rulesOf(moveRule(draft, keyAt(draft, 0), 9))).toEqual([last, rich]);
    expect(rulesOf(removeRule(draft, keyAt(draft, 0)))).toEqual([last]);
    expect(write(moveRule(moveRule(draft, keyAt(draft, 0), 1), keyAt(draft, 0), 0))).toEqual([]);
    const four = openRoute(virtualService([rich, last, { ...last, timeout: '1s' }, { ...last, timeout: '2s' }]));
    expect([...movedRules(moveRule(four, 'r0', 2))]).toEqual(['r0']);
    expect([...movedRules(addRule(four, 0, to))]).toEqual([]);
    const empty = { subject: 'uri', name: '', operator: 'prefix', value: '' } as const;
    expect([...incompleteRules(addRule(four, 0, to, [[empty]]))]).toEqual(['n0']);
    expect([...incompleteRules(four)]).toEqual([]);
    const edited = editRule(draft, keyAt(draft, 1), 'timeoutMs', 5);
    expect(edited.rules.map((one) => isEdited(edited, one))).toEqual([false, true]);
  });

  it('keep a fault for one header beside the rule it is for', () => {
    const key = keyAt(draft, 1);
    const fault = { delay: { ms: 7000, percent: 100 }, abort: null, header: { name: 'end-user', value: 'jason' } };
    const faulty = editFault(draft, key, fault);
    const [object] = write(faulty) as RouteObject[];
    const twin = {
      ...last,
      name: 'heddle-fault',
      match: [{ headers: { 'end-user': { exact: 'jason' } } }],
      fault: { delay: { fixedDelay: '7s', percentage: { value: 100 } } },
    };
    expect(object?.spec['http']).toEqual([rich, twin, last]);
    if (!object) throw new Error('nothing written');
    const again = openRoute(object);
    expect(again.rules).toHaveLength(2);
    const main = again.rules[1];
    if (!main) throw new Error('no main rule');
    expect(faultOf(again, main)).toEqual(fault);
    // It follows its rule.
    const slow = write(editRule(again, main.key, 'timeoutMs', 1000)) as RouteObject[];
    expect(slow[0]?.spec['http']).toEqual([rich, { ...twin, timeout: '1s' }, { ...last, timeout: '1s' }]);
    expect((write(editFault(again, main.key, null)) as RouteObject[])[0]?.spec['http']).toEqual([rich, last]);
  });

  it('are found unreachable when others take all of their requests', () => {
    const jason = { match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: last.route };
    expect([...findUnreachable(openRoute(virtualService([jason, last])))]).toEqual([]);
    expect([...findUnreachable(openRoute(virtualService([last, jason])))]).toEqual(['r1']);
    expect([...findUnreachable(openRoute(virtualService([{ ...last, match: [{ gateways: ['mesh'] }] }, jason])))]).toEqual([]);
  });

  it('say whom they concern', () => {
    const only = openRoute(
      virtualService([
        { ...last, match: [{ sourceLabels: { app: 'productpage' } }, { sourceNamespace: 'other' }] },
        { ...last, match: [{ gateways: ['a/b'] }] },
        last,
      ]),
    );
    const concerned = (namespace: string, app: string, gateway = false) =>
      only.rules.map((one) => concernsCaller(only, one, { namespace, labels: { app }, gateway }));
    expect(concerned('default', 'productpage')).toEqual([true, false, true]);
    expect(concerned('default', 'ratings')).toEqual([false, false, true]);
    expect(concerned('other', 'ratings')).toEqual([true, false, true]);
    expect(concerned('istio-system', 'gw', true)).toEqual([false, true, true]);
  });

  it('are made for a service that has none, with the subsets first', () => {
    const fresh = openRoute(newVirtualService(service));
    const none = { service, destinationRule: null, destinationRuleBase: null, newName: 'reviews-subsets' };
    expect(changedObjects({ ...none, route: fresh })).toEqual([]);
    const { rows } = readSplit(fresh.object, last, { ...context, subsets: [] });
    const shifted = editRule(fresh, keyAt(fresh, 0), 'destinations', writeSplit(rows, [90, 10, 0]));
    expect(changedObjects({ ...none, route: shifted }).map((one) => [one.kind, one.metadata.name])).toEqual([
      ['DestinationRule', 'reviews-subsets'],
      ['VirtualService', 'reviews'],
    ]);
  });
});

describe('rules of an HTTPRoute', () => {
  const first = {
    name: 'jason',
    matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ type: 'Exact', name: 'end-user', value: 'jason' }], future: 1 }],
    filters: [
      { type: 'ExtensionRef', extensionRef: { group: 'a', kind: 'B', name: 'c' } },
      { type: 'RequestMirror', requestMirror: { backendRef: { name: 'reviews-v1', port: 9080, group: '' } } },
    ],
    backendRefs: [{ group: '', kind: 'Service', name: 'reviews-v2', port: 9080, weight: 1, filters: [] }],
  };
  const whole = { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'reviews', port: 9080 }] };
  const draft = openRoute(httpRoute([first, whole]));
  const editor = ruleEditorOf(draft.object);

  it('split over the services of the versions', () => {
    const { rows, undivided } = readSplit(draft.object, whole, context);
    expect([undivided, ...rows.map((row) => [row.label, row.destination.host, row.destination.weight])]).toEqual([
      true,
      ['v1', 'reviews-v1', 50],
      ['v2', 'reviews-v2', 50],
    ]);
    const shifted = editRule(draft, keyAt(draft, 1), 'destinations', writeSplit(rows, [80, 20]));
    expect(rulesOf(shifted)[1]).toEqual({
      ...whole,
      backendRefs: [
        { name: 'reviews-v1', port: 9080, weight: 80 },
        { name: 'reviews-v2', port: 9080, weight: 20 },
      ],
    });
    expect(write(shifted)).toHaveLength(1);
    const known = readSplit(draft.object, first, context);
    expect(rulesOf(editRule(draft, keyAt(draft, 0), 'destinations', writeSplit(known.rows, [60, 40])))[0]).toEqual({
      ...first,
      backendRefs: [
        { group: '', kind: 'Service', name: 'reviews-v2', port: 9080, weight: 60, filters: [] },
        { name: 'reviews-v1', port: 9080, weight: 40 },
      ],
    });
  });

  it('keep filters they do not know, and each part in its filter', () => {
    const one = (name: Parameters<typeof editRule>[2], value: unknown) =>
      rulesOf(editRule(draft, keyAt(draft, 0), name, value as never))[0];
    expect(one('requestHeaders', { set: [['x', '1']], add: [], remove: [] })).toEqual({
      ...first,
      filters: [...first.filters, { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x', value: '1' }] } }],
    });
    expect(one('mirrors', [])).toEqual({ ...first, filters: [first.filters[0]] });
    expect(one('rewrite', { path: { mode: 'prefix', value: '/v2' }, host: null })).toMatchObject({
      filters: [...first.filters, { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } } }],
    });
    expect(one('redirect', { scheme: 'https', host: null, path: null, port: null, code: 301 })).not.toHaveProperty('backendRefs');
    expect(one('retries', { attempts: 2, perTryTimeoutMs: 500, retryOn: null, codes: [503] })).toEqual({
      ...first,
      retry: { attempts: 2, codes: [503] },
      timeouts: { backendRequest: '500ms' },
    });
    expect(one('matches', [[{ subject: 'method', name: '', operator: 'exact', value: 'GET' }]])).toEqual({
      ...first,
      matches: [{ ...first.matches[0], headers: undefined, method: 'GET' }].map(({ headers: _headers, ...rest }) => rest),
    });
    expect(editor.facets).not.toContain('fault');
  });

  it('are tried by precision, not by order', () => {
    expect([...findUnreachable(openRoute(httpRoute([whole, first])))]).toEqual([]);
    expect([...findUnreachable(openRoute(httpRoute([whole, whole])))]).toEqual(['r1']);
  });
});

describe('policies of a DestinationRule', () => {
  it('set one field and keep the rest', () => {
    const path = ['connectionPool', 'http', 'http1MaxPendingRequests'] as const;
    const all = { subset: null, port: null };
    const limited = withPolicyField(destinationRule, all, path, 1);
    expect(limited.spec.trafficPolicy).toEqual({
      loadBalancer: { simple: 'RANDOM' },
      connectionPool: { tcp: { maxConnections: 7, idleTimeout: '9s' }, http: { http1MaxPendingRequests: 1 } },
    });
    expect(readPolicyField(limited, all, path)).toBe(1);
    expect(withPolicyField(limited, all, path, undefined)).toEqual(destinationRule);
    const subset = withPolicyBlock(destinationRule, { subset: 'v2', port: null }, 'outlierDetection', { consecutive5xxErrors: 1 });
    expect(subset.spec.subsets?.[1]).toEqual({
      name: 'v2',
      labels: { version: 'v2' },
      trafficPolicy: { outlierDetection: { consecutive5xxErrors: 1 } },
    });
    expect(withPolicyBlock(subset, { subset: 'v2', port: null }, 'outlierDetection', undefined)).toEqual(destinationRule);
  });

  it('give a port settings of its own, which begin as those that held for it', () => {
    const own = withPortPolicy(destinationRule, null, 9080);
    expect(own.spec.trafficPolicy).toEqual({
      ...destinationRule.spec.trafficPolicy,
      portLevelSettings: [{ ...destinationRule.spec.trafficPolicy, port: { number: 9080 } }],
    });
    expect([portsWithPolicy(own, null), portsWithPolicy(own, 'v1'), portsWithPolicy(null, null)]).toEqual([[9080], [], []]);
    const port = { subset: null, port: 9080 };
    const limited = withPolicyField(own, port, ['connectionPool', 'tcp', 'maxConnections'], 3);
    expect(readPolicyField(limited, port, ['connectionPool', 'tcp'])).toEqual({ maxConnections: 3, idleTimeout: '9s' });
    expect(readPolicyField(limited, { subset: null, port: null }, ['connectionPool', 'tcp', 'maxConnections'])).toBe(7);
    expect(withoutPortPolicy(limited, null, 9080)).toEqual(destinationRule);
    // A subset's port begins with the subset's blocks, and the service's where the subset has none.
    const subset = withPolicyBlock(destinationRule, { subset: 'v2', port: null }, 'outlierDetection', { consecutive5xxErrors: 1 });
    expect(withPortPolicy(subset, 'v2', 80).spec.subsets?.[1]?.trafficPolicy?.portLevelSettings).toEqual([
      { ...destinationRule.spec.trafficPolicy, outlierDetection: { consecutive5xxErrors: 1 }, port: { number: 80 } },
    ]);
  });

  it('tell which subsets routes use', () => {
    const draft = openRoute(virtualService([rich, last]));
    expect([...subsetsInUse(draft, service)]).toEqual([
      ['v1', ['r0']],
      ['v2', ['r0']],
    ]);
    expect(withoutSubset(destinationRule, 'v1').spec.subsets).toEqual([{ name: 'v2', labels: { version: 'v2' } }]);
  });
});
