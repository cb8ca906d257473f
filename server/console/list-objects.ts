import type { KindsResponse, Notice, ObjectSummary, ObjectsQuery, ObjectsResponse, WorstSeverity } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import type { Finding } from '@/lib/validate';
import type { AnyKubeObject } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { aboutOf, ownersOf } from './describe-object';
import { refOf } from './describe-service';
import { configurationKinds, knownKinds, resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';

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

/** All objects that a list is about, before any filter. */
interface Listed {
  all: ObjectSummary[];
  facets: ObjectsResponse['facets'];
}

/** By version of what is known of the cluster: somebody who types a filter asks for the same list at every key. */
const listed = new WeakMap<object, Map<string, Listed>>();

function facetsOf(all: readonly ObjectSummary[]): ObjectsResponse['facets'] {
  return {
    kinds: countValues(all.map(({ ref }) => (ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`))),
    owners: countValues(all.flatMap((one) => one.owners)),
    severities: countValues(all.map(worstOf)),
  };
}

async function listAll(console: Console, query: ObjectsQuery, notices: Notice[]): Promise<Listed> {
  const cluster = console.cluster();
  const found = console.findings.read(cluster);
  const kinds = wantedKinds(query.kinds);
  const spaces = new Set(query.namespaces);
  const version = found.known();
  const key = `${query.kinds.join(',')} ${[...spaces].toSorted().join(',')}`;
  // Kubernetes' own kinds are asked of the API server each time.
  const isWatched = kinds.every((kind) => kind.family !== 'kubernetes');
  const known = isWatched ? listed.get(version)?.get(key) : undefined;
  if (known !== undefined) return known;
  const lists = await Promise.all(
    kinds.map(async (kind): Promise<ObjectSummary[]> => {
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
      return objects
        .filter(({ metadata }) => spaces.size === 0 || (metadata.namespace ?? '') === '' || spaces.has(metadata.namespace ?? ''))
        .map((object) => summaryOf(kind, object, found.findingsOf(object)));
    }),
  );
  const all = lists.flat();
  const made = { all, facets: facetsOf(all) };
  if (isWatched) {
    const byKey = listed.get(version) ?? new Map<string, Listed>();
    listed.set(version, byKey.set(key, made));
  }
  return made;
}

/** One page of the objects of the kinds, from the watched copy where there is one, else from the API server. */
export async function listObjects(console: Console, query: ObjectsQuery): Promise<ObjectsResponse> {
  const cluster = console.cluster();
  const notices: Notice[] = [];
  const { all, facets } = await listAll(console, query, notices);
  const rows = sortSummaries(all.filter(isWanted(query)), query);
  return {
    objects: query.limit === undefined ? rows.slice(query.offset) : rows.slice(query.offset, query.offset + query.limit),
    total: rows.length,
    facets,
    notices: [...notices, ...cluster.notices(), ...(cluster.remotes?.notices() ?? [])],
  };
}

function worstOf({ findings }: ObjectSummary): WorstSeverity {
  return findings.error > 0 ? 'error' : findings.warning > 0 ? 'warning' : findings.info > 0 ? 'info' : 'none';
}

function countValues(values: readonly string[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((left, right) => (left.value < right.value ? -1 : 1));
}

const searched = new WeakMap<ObjectSummary, string>();

/** What a search looks into. */
function searchedText(row: ObjectSummary): string {
  let text = searched.get(row);
  if (text === undefined) {
    text = `${row.ref.kind} ${row.ref.namespace}/${row.ref.name} ${row.about}`.toLowerCase();
    searched.set(row, text);
  }
  return text;
}

function isWanted(query: ObjectsQuery): (row: ObjectSummary) => boolean {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const severities = new Set(query.severities);
  const owners = new Set(query.owners);
  return (row) => {
    if (severities.size > 0 && !severities.has(worstOf(row))) return false;
    if (owners.size > 0 && !row.owners.some((owner) => owners.has(owner))) return false;
    if (words.length === 0) return true;
    const hay = searchedText(row);
    return words.every((word) => hay.includes(word));
  };
}

/** Worse findings weigh more than any number of milder ones. */
function gravity({ findings }: ObjectSummary): number {
  return findings.error * 1e6 + findings.warning * 1e3 + findings.info;
}

function sortSummaries(rows: ObjectSummary[], { sort, descending }: ObjectsQuery): ObjectSummary[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(row, sort), tie: `${row.ref.namespace}/${row.ref.kind}/${row.ref.name}` }));
  const way = descending ? -1 : 1;
  keyed.sort((left, right) => {
    if (left.key !== right.key) return left.key < right.key ? -way : way;
    return left.tie < right.tie ? -1 : left.tie > right.tie ? 1 : 0;
  });
  return keyed.map(({ row }) => row);
}

function sortKey(row: ObjectSummary, sort: ObjectsQuery['sort']): string | number {
  switch (sort) {
    case 'name':
      return row.ref.name;
    case 'kind':
      return row.ref.kind;
    case 'namespace':
      return row.ref.namespace;
    case 'findings':
      return gravity(row);
    case 'owner':
      return row.owners[0] ?? '';
    case 'age':
      return row.createdAt ?? '';
  }
}

/** What of a summary depends on the object alone: made once per version of an object, for lists are long and asked for at every key. */
const read = new WeakMap<AnyKubeObject, Omit<ObjectSummary, 'findings'>>();

function summaryOf(kind: KnownKind, object: AnyKubeObject, found: readonly Finding[]): ObjectSummary {
  let own = read.get(object);
  if (own === undefined) {
    own = {
      ref: refOf(kind, object),
      resourceVersion: object.metadata.resourceVersion ?? '',
      createdAt: object.metadata.creationTimestamp ?? null,
      labels: object.metadata.labels ?? {},
      about: aboutOf(kind, object),
      owners: ownersOf(object),
    };
    read.set(object, own);
  }
  const findings = { error: 0, warning: 0, info: 0 };
  for (const { severity } of found) findings[severity] += 1;
  return { ...own, findings };
}

/** Every kind the console knows, and whether the API server serves it. */
export function listKinds(console: Console): KindsResponse {
  const cluster = console.cluster();
  return {
    kinds: knownKinds.map(({ about: _about, acts: _acts, ...kind }) => ({
      ...kind,
      served: kind.family === 'kubernetes' || cluster.informer.state({ ...kind }).state !== 'absent',
    })),
    notices: cluster.notices(),
  };
}
