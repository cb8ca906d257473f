import type { AnyObject, FieldOwner, ObjectRef } from '@/lib/contract';
import { toYaml } from '@/lib/yaml';
import type { AnyKubeObject } from '@/server/kube';
import { changedPaths } from './merge-three-way';
import { splitApiVersion } from './known-kinds';

/** Where `kubectl apply` notes what it was given. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** What a person writes of an object: no status, no bookkeeping of the server. */
export function cleanObject(object: AnyKubeObject | AnyObject): AnyObject {
  const { status: _status, metadata, ...rest } = object;
  const annotations = { ...metadata.annotations };
  delete annotations[lastAppliedAnnotation];
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

/** YAML of the same. */
export function cleanYaml(object: AnyKubeObject | AnyObject | null): string | null {
  return object === null ? null : toYaml(cleanObject(object));
}

export function refOfObject(object: {
  apiVersion: string;
  kind: string;
  metadata: { namespace?: string | undefined; name: string };
}): ObjectRef {
  return {
    ...splitApiVersion(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

export function sameRef(left: ObjectRef, right: ObjectRef): boolean {
  return left.group === right.group && left.kind === right.kind && left.namespace === right.namespace && left.name === right.name;
}

/** kubectl's own managers are people at a prompt, and the demo only sets the scene: what they set may be changed here. */
function isOurs(manager: string): boolean {
  return manager === 'heddle' || manager === 'heddle-demo' || manager.startsWith('kubectl');
}

/** Managers that are known by name (as of their field managers): they write their fields back, or shift traffic by themselves. */
const knownManagers: readonly [pattern: RegExp, role: FieldOwner['role']][] = [
  [
    /^(argocd|argo-cd)|^(kustomize|helm|source)-controller$|^flux|^fleet|^config-sync|^configmanagement|^helm$|^terraform|^pulumi/i,
    'gitops',
  ],
  [/^rollouts-controller|^argo-rollouts|^flagger/i, 'rollout'],
];

/** What a field manager is, as far as its name tells. */
function roleOf(manager: string): FieldOwner['role'] {
  return knownManagers.find(([pattern]) => pattern.test(manager))?.[1] ?? 'other';
}

/** Managers other than kubectl and heddle that own fields the draft changes (CONTRACTS §6: they are asked about first). */
export function otherOwners(current: AnyKubeObject, draft: AnyObject): FieldOwner[] {
  const before = cleanObject(current);
  const changes = changedPaths(before, cleanObject(draft));
  return (current.metadata.managedFields ?? []).flatMap((entry): FieldOwner[] => {
    const { manager = 'unknown', operation = 'Update', fieldsV1, subresource } = entry;
    if (isOurs(manager) || fieldsV1 === undefined || (subresource !== undefined && subresource !== '')) return [];
    const fields = changes.filter((path) => owns(fieldsV1, path)).map((path) => path.join('.'));
    return fields.length === 0 ? [] : [{ ref: refOfObject(current), manager, operation, fields, role: roleOf(manager) }];
  });
}

/** Whether a set of managed fields (`f:spec` → `f:http` …) has the path, something in it, or the whole it is part of. */
function owns(fields: Record<string, unknown>, path: readonly string[]): boolean {
  let level: unknown = fields;
  for (const [depth, key] of path.entries()) {
    if (typeof level !== 'object' || level === null) return false;
    const children = Object.keys(level).filter((name) => name !== '.');
    const next: unknown = Reflect.get(level, `f:${key}`);
    // A leaf above the path is an atomic whole that holds it.
    if (next === undefined) return depth > 0 && children.length === 0;
    level = next;
  }
  return true;
}
