import type {
  AnyObject,
  Deletion,
  ExplainRequest,
  ExplainResponse,
  ExplainedDocument,
  ExplainedStep,
  Finding,
  ObjectRef,
  WrittenRequest,
} from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { sayWords } from '@/lib/i18n';
import type { KubernetesResource } from '@/lib/model';
import { workloadOfPod } from '@/lib/model';
import type { ObjectChanges } from '@/lib/pilot';
import { alignWalks, openMesh, parseCurl, parseRequest, summarizeOutcome, walkRequest } from '@/lib/simulate';
import type { OpenedMesh, Outcome, SimulatedRequest, Source, WalkStep } from '@/lib/simulate';
import { liveObjects } from './compare-behaviour';
import type { Console } from './console-state';
import { cleanYaml, refOfObject, sameRef } from './draft-object';
import { judgeDraft } from './judge-draft';
import { isConfiguration, knownKinds, resourceFor, splitApiVersion } from './known-kinds';
import { locateLine } from './locate-line';
import type { Cluster } from './watch-cluster';

/** An object that cannot be read at all: nothing can be asked of a mesh that has it. */
const unreadable = 'HED0001';

/** Follows one request through the live configuration and through a draft, step by step. Nothing is written. */
export function explainRequest(console: Console, asked: ExplainRequest): ExplainResponse {
  const cluster = console.cluster();
  const written = typeof asked.request === 'string' ? parseCurl(asked.request) : asked.request;
  const request = requestOf(written);
  const from = callerName(cluster, asked.from);
  const live = liveObjects(cluster);
  const changes = changesOf(cluster, asked);
  const isDraft = asked.objects.length + asked.deletes.length > 0;
  const findings: Finding[] = isDraft ? judgeDraft(cluster, changes.applied ?? [], changes.deleted ?? []) : [];
  const readable = isDraft && !findings.some((one) => one.code === unreadable);
  const mesh = openMesh(live, {}, console.now());
  const before = walk(mesh, from, request);
  const after = readable ? walkDraft(mesh, changes, from, request) : null;
  const documents = openDocuments(cluster, asked);
  const step = (one: WalkStep | null, side: 'live' | 'draft'): ExplainedStep | null =>
    one === null ? null : { tone: one.tone, sentence: sayWords(one.code, { ...one.values }), source: documents.sourceOf(one.source, side) };
  const rows = alignWalks(before.steps, (after ?? before).steps).map((row) => ({
    ...row,
    live: step(row.live, 'live'),
    draft: after === null ? null : step(row.draft, 'draft'),
  }));
  return {
    from,
    request: { method: request.method, url: written.url, headers: { ...request.headers } },
    rows,
    live: before.outcome,
    draft: after?.outcome ?? null,
    findings,
    documents: documents.list(),
    notices: cluster.notices(),
  };
}

/** Spans name pods: the workload of one. */
function callerName(cluster: Cluster, from: string): string {
  const pod = cluster.pods().find((one) => `${one.metadata.namespace ?? 'default'}/${one.metadata.name}` === from);
  if (pod === undefined) return from;
  const { namespace, workload } = workloadOfPod(pod);
  return `${namespace}/${workload}`;
}

function requestOf({ method = 'GET', url, headers = {} }: Partial<WrittenRequest> & { url: string }): SimulatedRequest {
  return parseRequest(
    `${method} ${url.replaceAll(' ', '%20')}`,
    Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  );
}

function walk(
  mesh: OpenedMesh,
  from: string,
  request: SimulatedRequest,
): { steps: WalkStep[]; outcome: Pick<Outcome, 'failing'> & { shares: Outcome['shares'][number][] } } {
  const simulation = mesh.ask(from, request);
  const host = simulation.clusters[0]?.name.split('|')[3] ?? request.host;
  const { shares, failing } = summarizeOutcome(simulation, host);
  return { steps: walkRequest(simulation, from, request), outcome: { shares: [...shares], failing } };
}

/** The way under the draft; `null` when its shape, which findings speak of, is none that a mesh can be made of. */
function walkDraft(mesh: OpenedMesh, changes: ObjectChanges, from: string, request: SimulatedRequest): ReturnType<typeof walk> | null {
  try {
    return walk(mesh.change(changes), from, request);
  } catch (error) {
    if (isHeddleError(error) || !(error instanceof TypeError)) throw error;
    return null;
  }
}

/** The draft as a change of the cluster's objects; an object that is there keeps its age, which decides between rules. */
function changesOf(cluster: Cluster, { objects, deletes }: { objects: readonly AnyObject[]; deletes: readonly Deletion[] }): ObjectChanges {
  const now = (ref: ObjectRef): KubernetesResource | undefined => findObject(cluster, ref) as KubernetesResource | undefined;
  for (const object of objects)
    if (!isConfiguration(object))
      throw new HeddleError('bad_request', `${object.kind} (${object.apiVersion}) is no part of the mesh's configuration.`, {
        path: 'objects',
      });
  return {
    applied: objects.map((object): KubernetesResource => {
      const { creationTimestamp } = now(refOfObject(object))?.metadata ?? {};
      return {
        ...object,
        metadata: { ...object.metadata, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) },
      } as KubernetesResource;
    }),
    deleted: deletes.flatMap((ref) => now(ref) ?? []),
  };
}

function findObject(cluster: Cluster, ref: ObjectRef): AnyObject | undefined {
  const kind = knownKinds.find((one) => one.group === ref.group && one.kind === ref.kind);
  if (kind === undefined) return undefined;
  return cluster.list(resourceFor(kind)).find((one) => sameRef(refOfObject(one), ref)) as AnyObject | undefined;
}

interface Documents {
  /** Object and line behind a step; keeps the object's text for the answer. */
  sourceOf(source: Source | null, side: 'live' | 'draft'): ExplainedStep['source'];
  list(): ExplainedDocument[];
}

/** The objects that steps name, in the version of their side. */
function openDocuments(cluster: Cluster, draft: { objects: readonly AnyObject[]; deletes: readonly Deletion[] }): Documents {
  const opened = new Map<string, ExplainedDocument | null>();
  const lines = new Map<string, number | null>();

  function open(name: string): ExplainedDocument | null {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const match = /^(\S+) (?:([^/]*)\/)?(.+)$/.exec(name);
    const [, kindName = '', namespace = '', objectName = ''] = match ?? [];
    const candidates = knownKinds.filter((one) => one.kind === kindName);
    const found = candidates
      .map((kind) => {
        const ref: ObjectRef = { group: kind.group, version: kind.version, kind: kind.kind, namespace, name: objectName };
        const live = findObject(cluster, ref);
        const drafted = draft.objects.find((one) => sameRef(refOfObject(one), ref));
        if (live === undefined && drafted === undefined) return null;
        const { version } = splitApiVersion((drafted ?? live)?.apiVersion ?? `${kind.group}/${kind.version}`);
        return {
          ref: { ...ref, version },
          live: cleanYaml(live ?? null),
          draft: cleanYaml(drafted ?? null),
          resourceVersion: live?.metadata.resourceVersion ?? null,
          writable: kind.family !== 'kubernetes',
        };
      })
      .find((one) => one !== null);
    opened.set(name, found ?? null);
    return found ?? null;
  }

  return {
    sourceOf(source, side) {
      if (source === null) return null;
      const document = open(source.object);
      if (document === null) return null;
      const yaml = side === 'draft' ? (document.draft ?? document.live) : (document.live ?? document.draft);
      const key = `${source.object} ${source.path} ${yaml === document.draft ? 'draft' : 'live'}`;
      if (!lines.has(key)) lines.set(key, locateLine(yaml ?? '', source.path));
      return { ref: document.ref, path: source.path, line: lines.get(key) ?? null };
    },
    list: () => [...opened.values()].filter((one) => one !== null),
  };
}
