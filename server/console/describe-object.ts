import type { AnyKubeObject } from '@/server/kube';
import type { KnownKind } from './known-kinds';

/** What an object is about, in a line. Never anything of a Secret's content. */
export function aboutOf(kind: KnownKind, object: AnyKubeObject): string {
  const spec = (object['spec'] ?? {}) as Record<string, unknown>;
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : '');
  const labels = (value: unknown) =>
    Object.entries((value ?? {}) as Record<string, unknown>)
      .map(([name, one]) => `${name}=${String(one)}`)
      .join(', ');
  switch (kind.kind) {
    case 'VirtualService':
    case 'ServiceEntry':
      return texts(spec['hosts']);
    case 'DestinationRule':
      return typeof spec['host'] === 'string' ? spec['host'] : '';
    case 'Gateway':
      if (kind.family !== 'gateway') return labels(spec['selector']);
      return typeof spec['gatewayClassName'] === 'string' ? spec['gatewayClassName'] : '';
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
      return texts(spec['hostnames']);
    case 'Service':
    case 'Deployment':
      return labels((spec['selector'] as { matchLabels?: unknown } | undefined)?.matchLabels ?? spec['selector']);
    case 'Secret':
      return typeof object['type'] === 'string' ? object['type'] : '';
    default:
      return labels(
        (spec['selector'] as { matchLabels?: unknown } | undefined)?.matchLabels ??
          (spec['workloadSelector'] as { labels?: unknown } | undefined)?.labels,
      );
  }
}

/** Who has written an object's content, newest first; who only writes its status is left out. */
export function ownersOf(object: AnyKubeObject): string[] {
  const entries = (object.metadata.managedFields ?? []).filter((one) => (one.subresource ?? '') === '');
  const newest = entries.toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1));
  return [...new Set(newest.map((one) => one.manager ?? 'unknown'))];
}
