import type { AnyObject, ObjectResponse, PlacedFinding, StatusCondition } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { findingTitle, mendObject, readManifests } from '@/lib/validate';
import type { Finding } from '@/lib/validate';
import { toYaml } from '@/lib/yaml';
import type { AnyKubeObject } from '@/server/kube';
import type { Console } from './console-state';
import { refOf } from './describe-service';
import { lastAppliedAnnotation } from './draft-object';
import { findKind } from './known-kinds';
import type { KnownKind } from './known-kinds';
import { readCurrent } from './preview-change';

/** How a path names an object: `core` is the empty group, `-` no namespace. */
export interface ObjectPath {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** The object of a path; fails with `not_found`. */
export async function readObject(console: Console, path: ObjectPath): Promise<{ kind: KnownKind; object: AnyKubeObject }> {
  const kind = findKind(path.group === 'core' ? '' : path.group, path.kind);
  const namespace = path.namespace === '-' ? undefined : path.namespace;
  const object = await readCurrent(console.cluster(), kind.group, kind.kind, { name: path.name, namespace });
  if (object === null)
    throw new HeddleError('not_found', `${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${path.name} does not exist.`, {
      hint: 'Configuration lists the objects that exist; History says who deleted one.',
    });
  return { kind, object };
}

/** One object as YAML and JSON, without managedFields, with what is found in it; of a Secret only what its entries are called. */
export async function showObject(console: Console, path: ObjectPath): Promise<ObjectResponse> {
  const { kind, object: found } = await readObject(console, path);
  const { object, withheld } = shownPart(kind, found);
  const { managedFields, ...metadata } = object.metadata;
  const shown = { ...object, metadata };
  const yaml = toYaml(shown);
  const writable = kind.family !== 'kubernetes';
  return {
    ref: refOf(kind, found),
    object: shown,
    yaml,
    managers: (managedFields ?? []).map((one) => ({
      manager: one.manager ?? 'unknown',
      operation: one.operation ?? 'Update',
      at: one.time ?? null,
    })),
    withheld,
    findings: writable ? placeFindings(shown, yaml, console.findings.read(console.cluster()).findingsOf(found)) : [],
    conditions: conditionsOf(object['status']),
    writable,
  };
}

/** The findings at their places in the YAML that is shown. */
function placeFindings(object: AnyKubeObject, yaml: string, findings: readonly Finding[]): PlacedFinding[] {
  const [manifest] = readManifests(yaml).manifests;
  return findings.map((finding) => ({
    ...finding,
    ...(manifest?.locate(finding.path) ?? { line: 1, column: 1 }),
    title: findingTitle(finding.code),
    // An object of the API server has what the contract asks of one.
    mended: finding.fix === null ? null : (mendObject(object, finding.fix) as AnyObject),
  }));
}

type Parts = Record<string, unknown>;

const isParts = (value: unknown): value is Parts => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): Parts[] => (Array.isArray(value) ? value.filter(isParts) : []);

/** The conditions of a status and of its parts: listeners of a Gateway, parents of a route, ancestors of a policy. */
function conditionsOf(status: unknown): StatusCondition[] {
  if (!isParts(status)) return [];
  const refName = (value: unknown) =>
    isParts(value) ? [textOf(value['name']), textOf(value['sectionName'])].filter(Boolean).join('/') : '';
  const holders = [
    { about: '', conditions: status['conditions'] },
    ...listOf(status['listeners']).map((one) => ({ about: textOf(one['name']), conditions: one['conditions'] })),
    ...listOf(status['parents']).map((one) => ({ about: refName(one['parentRef']), conditions: one['conditions'] })),
    ...listOf(status['ancestors']).map((one) => ({ about: refName(one['ancestorRef']), conditions: one['conditions'] })),
  ];
  return holders.flatMap(({ about, conditions }) =>
    listOf(conditions).map((one) => ({
      about,
      type: textOf(one['type']),
      status: textOf(one['status']),
      reason: textOf(one['reason']),
      message: textOf(one['message']),
      at: typeof one['lastTransitionTime'] === 'string' ? one['lastTransitionTime'] : null,
    })),
  );
}

/**
 * The content of Secrets never leaves the server. The copy of an object that kubectl keeps in an annotation is shown of none: it says
 * nothing that the object does not, and of a Secret it is the content.
 */
function shownPart(kind: KnownKind, whole: AnyKubeObject): { object: AnyKubeObject; withheld: string[] } {
  const { [lastAppliedAnnotation]: _copy, ...annotations } = whole.metadata.annotations ?? {};
  const { annotations: _annotations, ...metadata } = whole.metadata;
  const object: AnyKubeObject = { ...whole, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } };
  if (kind.kind !== 'Secret') return { object, withheld: [] };
  const { data, stringData, ...rest } = object as AnyKubeObject & { data?: unknown; stringData?: unknown };
  const names = [data, stringData].flatMap((one) => (typeof one === 'object' && one !== null ? Object.keys(one) : []));
  return { object: rest, withheld: [...new Set(names)].toSorted() };
}
