import type { KindsResponse, Notice, ObjectResponse, ObjectSummary, ObjectsResponse } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { toYaml } from '@/lib/yaml';
import type { AnyKubeObject } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { refOf } from './describe-service';
import { lastAppliedAnnotation } from './draft-object';
import { configurationKinds, findKind, knownKinds, resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';
import { readCurrent } from './preview-change';

/** The kinds a list asks for, as `Kind` or `group/Kind`; none: the mesh's configuration. */
function wantedKinds(names: readonly string[]): readonly KnownKind[] {
  if (names.length === 0) return configurationKinds;
  return names.flatMap((name) => {
    const slash = name.lastIndexOf('/');
    const group = slash < 0 ? null : name.slice(0, slash) === 'core' ? '' : name.slice(0, slash);
    const found = knownKinds.filter((one) => one.kind === name.slice(slash + 1) && (group === null || one.group === group));
    if (found.length === 0) throw new HeddleError('bad_request', `The kind ${name} is not known here.`, { path: 'kinds' });
    return found;
  });
}

/** Every object of the kinds, from the watched copy where there is one, else from the API server. */
export async function listObjects(console: Console, query: { kinds: string[]; namespaces: string[] }): Promise<ObjectsResponse> {
  const cluster = console.cluster();
  const notices: Notice[] = [];
  const lists = await Promise.all(
    wantedKinds(query.kinds).map(async (kind): Promise<ObjectSummary[]> => {
      const resource = resourceFor(kind);
      let objects: readonly AnyKubeObject[];
      if (kind.family === 'kubernetes') {
        try {
          objects = (await cluster.client.listAll(resource)).items;
        } catch (error) {
          notices.push(noticeOf('kubernetes', error));
          return [];
        }
      } else objects = cluster.list(resource);
      return objects.map((object) => summaryOf(kind, object));
    }),
  );
  const wanted = new Set(query.namespaces);
  const objects = lists
    .flat()
    .filter((one) => wanted.size === 0 || one.ref.namespace === '' || wanted.has(one.ref.namespace))
    .toSorted((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  return { objects, notices: [...notices, ...cluster.notices()] };
}

function sortKey({ ref }: ObjectSummary): string {
  return `${ref.namespace}/${ref.kind}/${ref.name}`;
}

function summaryOf(kind: KnownKind, object: AnyKubeObject): ObjectSummary {
  return {
    ref: refOf(kind, object),
    resourceVersion: object.metadata.resourceVersion ?? '',
    createdAt: object.metadata.creationTimestamp ?? null,
    labels: object.metadata.labels ?? {},
    about: aboutOf(kind, object),
  };
}

/** What an object is about, in a line. Never anything of a Secret's content. */
function aboutOf(kind: KnownKind, object: AnyKubeObject): string {
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

/** One object as YAML and JSON, without managedFields; of a Secret only what its entries are called. */
export async function showObject(
  console: Console,
  name: { group: string; kind: string; namespace: string; name: string },
): Promise<ObjectResponse> {
  const cluster = console.cluster();
  const kind = findKind(name.group === 'core' ? '' : name.group, name.kind);
  const namespace = name.namespace === '-' ? undefined : name.namespace;
  const found = await readCurrent(cluster, kind.group, kind.kind, { name: name.name, namespace });
  if (found === null)
    throw new HeddleError('not_found', `${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${name.name} does not exist.`);
  const { object, withheld } = withoutSecrets(kind, found);
  const { managedFields, ...metadata } = object.metadata;
  const shown = { ...object, metadata };
  return {
    ref: refOf(kind, found),
    object: shown,
    yaml: toYaml(shown),
    managers: (managedFields ?? []).map((one) => ({
      manager: one.manager ?? 'unknown',
      operation: one.operation ?? 'Update',
      at: one.time ?? null,
    })),
    withheld,
  };
}

/** The content of Secrets never leaves the server; neither does the copy of it that kubectl keeps in an annotation. */
function withoutSecrets(kind: KnownKind, object: AnyKubeObject): { object: AnyKubeObject; withheld: string[] } {
  if (kind.kind !== 'Secret') return { object, withheld: [] };
  const { data, stringData, ...rest } = object;
  const { [lastAppliedAnnotation]: _copy, ...annotations } = object.metadata.annotations ?? {};
  const names = [data, stringData].flatMap((one) => (typeof one === 'object' && one !== null ? Object.keys(one) : []));
  return { object: { ...rest, metadata: { ...object.metadata, annotations } }, withheld: [...new Set(names)].toSorted() };
}

/** Every kind the console knows, and whether the API server serves it. */
export function listKinds(console: Console): KindsResponse {
  const cluster = console.cluster();
  return {
    kinds: knownKinds.map((kind) => ({
      ...kind,
      served: kind.family === 'kubernetes' || cluster.informer.state(resourceFor(kind)).state !== 'absent',
    })),
    notices: cluster.notices(),
  };
}
