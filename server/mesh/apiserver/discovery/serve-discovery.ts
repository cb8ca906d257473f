import { apiVersionOf } from '../served-kinds';
import type { KindRegistry, ServedKind } from '../served-kinds';
import { compareVersions } from './compare-versions';

/** A resource as discovery tells of it; also those that are no stored kinds. */
export interface DiscoveredResource {
  plural: string;
  singular: string;
  kind: string;
  group: string;
  version: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  subresources: readonly Subresource[];
}

interface Subresource {
  name: string;
  verbs: readonly string[];
  kind: { group: string; version: string; kind: string };
}

const reviews: readonly Omit<DiscoveredResource, 'verbs' | 'shortNames' | 'categories' | 'subresources' | 'version'>[] = [
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectrulesreviews',
    singular: 'selfsubjectrulesreview',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'subjectaccessreviews',
    singular: 'subjectaccessreview',
    kind: 'SubjectAccessReview',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'localsubjectaccessreviews',
    singular: 'localsubjectaccessreview',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
  },
  { group: 'authentication.k8s.io', plural: 'tokenreviews', singular: 'tokenreview', kind: 'TokenReview', namespaced: false },
  {
    group: 'authentication.k8s.io',
    plural: 'selfsubjectreviews',
    singular: 'selfsubjectreview',
    kind: 'SelfSubjectReview',
    namespaced: false,
  },
];

const readWrite = ['get', 'patch', 'update'];
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];
const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const subresourceForms: Record<string, Pick<Subresource, 'verbs'> & { kind?: Subresource['kind'] }> = {
  status: { verbs: readWrite },
  scale: { verbs: readWrite, kind: scale },
  log: { verbs: ['get'] },
  proxy: { verbs: proxyVerbs },
  token: { verbs: ['create'], kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } },
  binding: { verbs: ['create'], kind: { group: '', version: 'v1', kind: 'Binding' } },
  eviction: { verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
  finalize: { verbs: ['update'] },
};

/** Everything that is served, one entry per resource and version. */
export function discoveredResources(kinds: KindRegistry): DiscoveredResource[] {
  const stored = [...kinds.values()].flatMap((kind) => kind.definition.versions.map((version) => storedResource(kind, version)));
  const more = reviews.map((review) => ({ ...review, version: 'v1', verbs: ['create'], shortNames: [], categories: [], subresources: [] }));
  return [...stored, ...more];
}

function storedResource({ definition, verbs }: ServedKind, version: string): DiscoveredResource {
  const names = [...(definition.hasStatus ? ['status'] : []), ...definition.subresources];
  const own = { group: definition.group, version, kind: definition.kind };
  return {
    ...own,
    plural: definition.plural,
    singular: definition.singular,
    namespaced: definition.namespaced,
    verbs,
    shortNames: definition.shortNames,
    categories: definition.categories,
    subresources: names.map((name) => ({ name, kind: own, verbs: [], ...subresourceForms[name] })),
  };
}

interface Group {
  name: string;
  versions: string[];
}

export function groupsOf(resources: readonly DiscoveredResource[]): Group[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of resources) groups.set(group, (groups.get(group) ?? new Set()).add(version));
  return [...groups].map(([name, versions]) => ({ name, versions: [...versions].sort(compareVersions) }));
}

/** `apidiscovery.k8s.io` APIGroupDiscoveryList of the core group (`/api`) or of the others (`/apis`). */
export function aggregatedDiscovery(resources: readonly DiscoveredResource[], core: boolean, version: 'v2' | 'v2beta1'): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groupsOf(resources)
      .filter((group) => (group.name === '') === core)
      .map((group) => ({
        metadata: { name: group.name, creationTimestamp: null },
        versions: group.versions.map((one) => ({
          version: one,
          freshness: 'Current',
          resources: resources
            .filter((resource) => resource.group === group.name && resource.version === one)
            .map((resource) => ({
              resource: resource.plural,
              responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
              scope: resource.namespaced ? 'Namespaced' : 'Cluster',
              singularResource: resource.singular,
              verbs: resource.verbs,
              ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
              ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
              ...(resource.subresources.length === 0
                ? {}
                : {
                    subresources: resource.subresources.map((sub) => ({ subresource: sub.name, responseKind: sub.kind, verbs: sub.verbs })),
                  }),
            })),
        })),
      })),
  };
}

/** `/api`: APIVersions. */
export function coreVersions(address: string): unknown {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] };
}

/** `/apis`: APIGroupList. */
export function groupList(resources: readonly DiscoveredResource[]): unknown {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupsOf(resources)
      .filter((group) => group.name !== '')
      .map(groupDocument),
  };
}

/** `/apis/GROUP`: APIGroup; `undefined` when nothing of it is served. */
export function groupOf(resources: readonly DiscoveredResource[], name: string): unknown {
  const group = groupsOf(resources).find((one) => one.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
}

function groupDocument(group: Group) {
  const versions = group.versions.map((version) => ({ groupVersion: apiVersionOf(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION`: APIResourceList; `undefined` when nothing of it is served. */
export function resourceList(resources: readonly DiscoveredResource[], group: string, version: string): unknown {
  const own = resources.filter((resource) => resource.group === group && resource.version === version);
  if (own.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: own.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
        ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
      },
      ...resource.subresources.map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: '',
        namespaced: resource.namespaced,
        kind: sub.kind.kind,
        ...(sub.kind.group === resource.group ? {} : { group: sub.kind.group, version: sub.kind.version }),
        verbs: sub.verbs,
      })),
    ]),
  };
}
