import { matchesLabels } from '@/lib/model';
import { namesService } from './add-service-config';
import type { MeshContext } from './mesh-context';

/** An object of the configuration, as far as it says on whom it acts. */
export interface ActingObject {
  kind: string;
  metadata: { name: string; namespace?: string | undefined };
  spec?: unknown;
}

interface Spec {
  hosts?: string[];
  host?: string;
  selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
  workloadSelector?: { labels?: Record<string, string> };
  targetRefs?: { kind: string; name: string; namespace?: string }[];
  parentRefs?: { kind?: string; name: string; namespace?: string }[];
}

/**
 * The services and workloads an object names, as `Service namespace/name` and `Workload namespace/name`. What acts on a whole
 * namespace or mesh names none: a mark on every node would say nothing.
 */
export function actsOn(object: ActingObject, context: MeshContext): string[] {
  const namespace = object.metadata.namespace ?? 'default';
  const spec = (object.spec ?? {}) as Spec;
  switch (object.kind) {
    case 'Service':
      return [`Service ${namespace}/${object.metadata.name}`];
    case 'Deployment':
    case 'StatefulSet':
      return [`Workload ${namespace}/${object.metadata.name}`];
    case 'VirtualService':
      return servicesNamed(spec.hosts ?? [], namespace, context);
    case 'DestinationRule':
      return servicesNamed(spec.host === undefined ? [] : [spec.host], namespace, context);
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TCPRoute':
    case 'TLSRoute':
      return (spec.parentRefs ?? [])
        .filter((parent) => parent.kind === 'Service')
        .map((parent) => `Service ${parent.namespace ?? namespace}/${parent.name}`);
    case 'Gateway':
      return workloadsMatching(plainLabels(spec.selector), namespace, false, context);
    default: {
      const targets = (spec.targetRefs ?? []).filter((one) => one.kind === 'Service');
      if (targets.length > 0) return targets.map((one) => `Service ${one.namespace ?? namespace}/${one.name}`);
      return workloadsMatching(spec.selector?.matchLabels ?? spec.workloadSelector?.labels, namespace, true, context);
    }
  }
}

function plainLabels(selector: Spec['selector']): Record<string, string> | undefined {
  if (selector === undefined) return undefined;
  return Object.fromEntries(Object.entries(selector).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}

function servicesNamed(hosts: readonly string[], namespace: string, context: MeshContext): string[] {
  return [...context.services].flatMap(([key, service]) =>
    hosts.some((host) => namesService(host, namespace, service)) ? [`Service ${key}`] : [],
  );
}

function workloadsMatching(
  labels: Readonly<Record<string, string>> | undefined,
  namespace: string,
  here: boolean,
  context: MeshContext,
): string[] {
  if (labels === undefined || Object.keys(labels).length === 0) return [];
  return [...context.workloads].flatMap(([key, workload]) => {
    const known = { ...workload.labels, app: workload.app, version: workload.version };
    return (!here || workload.namespace === namespace) && matchesLabels(known, labels) ? [`Workload ${key}`] : [];
  });
}
