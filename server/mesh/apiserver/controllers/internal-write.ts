import type { ApiCore, User } from '../core';
import type { ServedKind } from '../served-kinds';
import type { WriteRequest } from '../write/write-request';

const system: User = { name: 'system:apiserver', groups: ['system:masters'] };

/** A write of the server's own. */
export function internalWrite(kind: ServedKind, namespace: string): WriteRequest {
  return {
    kind,
    version: kind.definition.versions[0] ?? 'v1',
    namespace,
    user: system,
    fieldManager: 'kube-apiserver',
    dryRun: false,
    fieldValidation: 'Ignore',
    subresource: '',
    warnings: [],
  };
}

/** A kind that the registry is known to have. */
export function requiredKind(core: ApiCore, collection: string): ServedKind {
  const kind = core.kinds.get(collection);
  if (kind === undefined) throw new Error(`The registry has no ${collection}.`);
  return kind;
}
