import { isDeepStrictEqual } from 'node:util';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { timestamp } from '../core';
import type { ApiCore } from '../core';
import { createObject } from '../write/create-object';
import { updateObject } from '../write/update-object';
import { firstBindings, firstRoles } from './first-roles';
import { internalWrite, requiredKind } from './internal-write';

const firstNamespaces = ['default', 'kube-system', 'kube-public', 'istio-system'];

/** Makes what a cluster has from its first moment, where it is missing: namespaces, roles and bindings, a definition per served kind. */
export async function makeFirstObjects(core: ApiCore): Promise<void> {
  for (const name of firstNamespaces) await ensure(core, '/namespaces', '', { metadata: { name } });
  await Promise.all([
    ...firstRoles.map((role) => ensure(core, 'rbac.authorization.k8s.io/clusterroles', '', role)),
    ...firstBindings.map((binding) => ensure(core, 'rbac.authorization.k8s.io/clusterrolebindings', '', binding)),
    ...meshKinds.map((kind) => ensureDefinition(core, kind)),
  ]);
}

async function ensure(core: ApiCore, collection: string, namespace: string, object: { metadata: { name: string } }): Promise<void> {
  if (core.store.get(collection, namespace, object.metadata.name) !== undefined) return;
  await createObject(core, object, internalWrite(requiredKind(core, collection), namespace));
}

/** The CustomResourceDefinition that says this kind is served; clients look for it to know what a cluster can do. */
async function ensureDefinition(core: ApiCore, definition: KindDefinition): Promise<void> {
  const kind = requiredKind(core, 'apiextensions.k8s.io/customresourcedefinitions');
  const name = `${definition.plural}.${definition.group}`;
  const { group, plural, singular, shortNames, categories, versions } = definition;
  const names = {
    plural,
    singular,
    kind: definition.kind,
    listKind: `${definition.kind}List`,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
  const spec = {
    group,
    names,
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    versions: versions.map((version, index) => ({
      name: version,
      served: true,
      storage: index === 0,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      ...(definition.hasStatus ? { subresources: { status: {} } } : {}),
      additionalPrinterColumns: definition.printerColumns.map((column) => ({ type: 'string', ...column })),
    })),
    conversion: { strategy: 'None' },
  };
  const present = core.store.get(kind.collection, '', name);
  const write = internalWrite(kind, '');
  if (present === undefined) await createObject(core, { metadata: { name }, spec }, write);
  else if (!isDeepStrictEqual(present.spec, spec)) await updateObject(core, name, write, (current) => ({ ...current, spec }));
  if (present?.status !== undefined) return;
  const now = timestamp(core.now());
  const condition = (type: string, reason: string, message: string) => ({ type, status: 'True', lastTransitionTime: now, reason, message });
  const status = {
    acceptedNames: names,
    storedVersions: [versions[0]],
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the kind is served'),
    ],
  };
  await updateObject(core, name, { ...write, subresource: 'status' }, (current) => ({ ...current, status }));
}
