import { resolveShortName, serviceHost } from '@/lib/model';
import type { KubernetesResource } from '@/lib/model';
import type { DestinationRule, ServiceEntry } from '@/lib/kinds';
import { kindKeys, kindOf } from './define-finding';
import { readService } from './read-service';
import { workloadOf } from './workload';

/** A host that a form offers, with what can be said of it. */
export interface HostChoice {
  /** Fully qualified. */
  host: string;
  namespace: string;
  /** Name of the Service; the host itself for hosts outside. */
  name: string;
  ports: { number: number; name: string }[];
  /** Names of the subsets that DestinationRules define. */
  subsets: string[];
}

/** What there is in a mesh to choose from: forms offer it, and texts complete it. */
export interface MeshChoices {
  hosts: HostChoice[];
  namespaces: string[];
  /** `namespace/name` of Istio's Gateways. */
  gateways: string[];
  /** `namespace/name` of Gateway API Gateways. */
  kubernetesGateways: string[];
  gatewayClasses: string[];
  /** Values by name of label, of pods; per namespace and for all (`*`). */
  labels: Record<string, Record<string, string[]>>;
  secrets: { namespace: string; name: string }[];
  serviceAccounts: { namespace: string; name: string }[];
}

const mostValues = 200;

/** Reads what there is to choose from. */
export function readMeshChoices(objects: readonly KubernetesResource[], domain = 'cluster.local'): MeshChoices {
  const hosts = new Map<string, HostChoice>();
  const namespaces = new Set<string>();
  const gateways: string[] = [];
  const kubernetesGateways: string[] = [];
  const gatewayClasses: string[] = [];
  const labels = new Map<string, Map<string, Set<string>>>();
  const rules: DestinationRule[] = [];
  const secrets: MeshChoices['secrets'] = [];
  const accounts = new Map<string, MeshChoices['serviceAccounts'][number]>();
  for (const object of objects) {
    const { name, namespace = '' } = object.metadata;
    if (namespace !== '') namespaces.add(namespace);
    switch (kindOf(object)) {
      case kindKeys.namespace:
        namespaces.add(name);
        break;
      case kindKeys.service: {
        const host = serviceHost(name, namespace, domain);
        hosts.set(host, { host, namespace, name, ports: portsOf(object), subsets: [] });
        break;
      }
      case kindKeys.serviceEntry:
        for (const host of (object as ServiceEntry).spec.hosts ?? [])
          hosts.set(host, { host, namespace, name: host, ports: portsOf(object), subsets: [] });
        break;
      case kindKeys.destinationRule:
        rules.push(object as DestinationRule);
        break;
      case kindKeys.gateway:
        gateways.push(`${namespace}/${name}`);
        break;
      case kindKeys.kubernetesGateway:
        kubernetesGateways.push(`${namespace}/${name}`);
        break;
      case kindKeys.gatewayClass:
        gatewayClasses.push(name);
        break;
      case kindKeys.secret:
        secrets.push({ namespace, name });
        break;
      case kindKeys.serviceAccount:
        accounts.set(`${namespace}/${name}`, { namespace, name });
        break;
      default: {
        const workload = workloadOf(object);
        // Who may not read ServiceAccounts still sees those that pods run as.
        if (workload !== undefined) accounts.set(`${namespace}/${workload.serviceAccount}`, { namespace, name: workload.serviceAccount });
        for (const [key, value] of Object.entries(workload?.labels ?? {})) {
          for (const space of [namespace, '*']) {
            let of = labels.get(space);
            if (of === undefined) labels.set(space, (of = new Map<string, Set<string>>()));
            let values = of.get(key);
            if (values === undefined) of.set(key, (values = new Set()));
            if (values.size < mostValues) values.add(value);
          }
        }
      }
    }
  }
  for (const rule of rules) {
    const host = resolveShortName(rule.spec.host ?? '', rule.metadata.namespace ?? '', domain);
    hosts.get(host)?.subsets.push(...(rule.spec.subsets ?? []).map((subset) => subset.name));
  }
  return {
    hosts: [...hosts.values()].toSorted((left, right) => (left.host < right.host ? -1 : 1)),
    namespaces: [...namespaces].toSorted(),
    gateways: gateways.toSorted(),
    kubernetesGateways: kubernetesGateways.toSorted(),
    gatewayClasses: gatewayClasses.toSorted(),
    labels: Object.fromEntries(
      [...labels].map(([space, of]) => [space, Object.fromEntries([...of].map(([key, values]) => [key, [...values].toSorted()]))]),
    ),
    secrets: secrets.toSorted(byName),
    serviceAccounts: [...accounts.values()].toSorted(byName),
  };
}

function byName(left: { namespace: string; name: string }, right: { namespace: string; name: string }): number {
  return left.namespace === right.namespace ? (left.name < right.name ? -1 : 1) : left.namespace < right.namespace ? -1 : 1;
}

function portsOf(object: KubernetesResource): HostChoice['ports'] {
  return readService(object, '').ports.map(({ number, name }) => ({ number, name }));
}
