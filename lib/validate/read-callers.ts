import { matchesLabels, serviceHost } from '@/lib/model';
import type { KubernetesResource } from '@/lib/model';
import type { AuthorizationPolicy, VirtualService } from '@/lib/kinds';
import type { MeshView } from './mesh-view';
import { durationMs } from './read-duration';
import { topics } from './topics';
import { workloadOf } from './workload';

type HttpRule = NonNullable<VirtualService['spec']['http']>[number];

/** A rule that sends requests to a host, with the object it stands in. */
interface RuleTo {
  rule: HttpRule;
  object: VirtualService;
}

/** Every HTTP rule that sends requests to a host, at gateways and in the mesh. */
export function rulesTo(mesh: MeshView, host: string): RuleTo[] {
  return mesh.list<VirtualService>(topics.routesTo(host)).flatMap((object) => {
    const namespace = object.metadata.namespace ?? '';
    return (object.spec.http ?? [])
      .filter((rule) => (rule.route ?? []).some(({ destination }) => mesh.resolve(destination.host, namespace) === host))
      .map((rule) => ({ rule, object }));
  });
}

/** How long a rule may keep its caller waiting at most, in milliseconds; `undefined` when nothing ends it. */
export function longestWaitMs(rule: HttpRule): number | undefined {
  const timeout = durationMs(rule.timeout);
  if (timeout !== undefined && timeout > 0) return timeout;
  const perTry = durationMs(rule.retries?.perTryTimeout);
  return perTry === undefined || perTry === 0 ? undefined : perTry * triesOf(rule);
}

/** How many requests one request becomes at most, as far as the rule says so itself. */
export function triesOf(rule: HttpRule): number {
  return 1 + Math.max(0, rule.retries?.attempts ?? 0);
}

/**
 * Hosts of the services that are named as callers of a host: by the ALLOW policies of its workloads (their service accounts) and by
 * `sourceLabels` of the rules that lead to it. Who calls without being named stays unknown.
 */
export function callersOf(mesh: MeshView, host: string): Set<string> {
  const found = new Set<string>();
  const service = mesh.service(host);
  const policies = service === undefined ? [] : mesh.list<AuthorizationPolicy>(topics.callersNamed(service.namespace));
  if (service?.selector !== undefined && !service.external && policies.length > 0) {
    const [workload] = mesh.workloads(service.namespace, service.selector);
    for (const { spec } of policies) {
      if (workload === undefined || (spec?.action ?? 'ALLOW') !== 'ALLOW' || !matchesLabels(workload.labels, spec?.selector?.matchLabels))
        continue;
      for (const [namespace, account] of accountsIn(spec, service.namespace))
        for (const one of mesh.list(topics.account(namespace, account))) addServices(mesh, one, found);
    }
  }
  for (const { rule, object } of rulesTo(mesh, host)) {
    for (const { sourceLabels, sourceNamespace } of rule.match ?? []) {
      if (sourceLabels === undefined || Object.keys(sourceLabels).length === 0) continue;
      const namespace = sourceNamespace ?? object.metadata.namespace ?? '';
      for (const { labels } of mesh.workloads(namespace, sourceLabels).slice(0, 1))
        for (const one of mesh.servicesOver(namespace, labels)) found.add(serviceHost(one.object.name, namespace, mesh.settings.domain));
    }
  }
  found.delete(host);
  return found;
}

function addServices(mesh: MeshView, object: KubernetesResource, found: Set<string>): void {
  const workload = workloadOf(object);
  if (workload === undefined) return;
  for (const one of mesh.servicesOver(workload.namespace, workload.labels))
    found.add(serviceHost(one.object.name, workload.namespace, mesh.settings.domain));
}

/** Namespace and name of each service account that a policy names in full. */
function accountsIn(spec: AuthorizationPolicy['spec'] | undefined, own: string): [namespace: string, account: string][] {
  return (spec?.rules ?? []).flatMap((rule) =>
    (rule.from ?? []).flatMap(({ source }) => [
      ...(source?.principals ?? []).flatMap((principal): [string, string][] => {
        const [, namespace, account] = /^[^/*]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal) ?? [];
        return namespace === undefined || account === undefined ? [] : [[namespace, account]];
      }),
      ...(source?.serviceAccounts ?? []).flatMap((written): [string, string][] => {
        const [first = '', second] = written.split('/');
        return written.includes('*') ? [] : [second === undefined ? [own, first] : [first, second]];
      }),
    ]),
  );
}
