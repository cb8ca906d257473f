import type { CompiledRbac, RbacTest } from './compile-rbac';
import type { HeaderTest } from './match-header';
import type { CompiledVirtualHost } from './route-table';

/** Headers that are always asked for: overrides of timeouts and retries, content type (gRPC). */
const alwaysAsked = [
  'content-type',
  'grpc-timeout',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-ms',
];
const corsHeaders = ['origin', 'access-control-request-method', 'access-control-request-private-network'];
const faultHeaders = [
  'x-envoy-fault-delay-request',
  'x-envoy-fault-delay-request-percentage',
  'x-envoy-fault-abort-request',
  'x-envoy-fault-abort-grpc-request',
  'x-envoy-fault-abort-request-percentage',
];

/** Lower-case names of the ordinary headers that deciding on these hosts can ask for, so that a proxy need not keep the others. */
export function listRequestHeaders(hosts: readonly CompiledVirtualHost[]): readonly string[] {
  const names = new Set(alwaysAsked);
  const addTests = (tests: readonly HeaderTest[]): void => {
    for (const test of tests) if (!test.name.startsWith(':') && test.name !== 'host') names.add(test.name);
  };
  for (const route of hosts.flatMap((host) => host.routes)) {
    addTests(route.conditions.flatMap((condition) => (condition.kind === 'header' ? [condition.header] : [])));
    if (route.weightHeader !== null) names.add(route.weightHeader);
    if (route.action !== null) {
      addTests(route.action.retry?.requestHeaders ?? []);
      for (const mirror of route.action.mirrors) if (mirror.clusterHeader !== null) names.add(mirror.clusterHeader);
      for (const policy of route.action.hashPolicies) {
        if (policy.kind === 'header') names.add(policy.name);
        if (policy.kind === 'cookie') names.add('cookie');
      }
    }
    for (const decision of route.decisions) {
      const { fault, cors, rbac } = decision.filters;
      if (decision.clusterHeader !== null) names.add(decision.clusterHeader);
      if (decision.hostRewrite?.kind === 'header') names.add(decision.hostRewrite.name);
      if (fault !== null && fault !== 'disabled') {
        addTests(fault.headers);
        for (const name of faultHeaders) names.add(name);
      }
      if (cors !== null && cors !== 'disabled') for (const name of corsHeaders) names.add(name);
      if (rbac !== null && rbac !== 'disabled') addTests([rbac.rules, rbac.shadow].flatMap(rbacHeaders));
    }
  }
  return [...names].sort();
}

/** Header tests anywhere in a rule tree. */
export function rbacHeaders(rbac: CompiledRbac | null): HeaderTest[] {
  return (rbac?.policies ?? []).flatMap((policy) => [...policy.permissions, ...policy.principals].flatMap(headersOfTest));
}

function headersOfTest(test: RbacTest): HeaderTest[] {
  switch (test.kind) {
    case 'header':
      return [test.header];
    case 'and':
    case 'or':
      return test.tests.flatMap(headersOfTest);
    case 'not':
      return headersOfTest(test.test);
    default:
      return [];
  }
}
