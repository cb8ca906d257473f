import type { AnyObject, Deletion, Finding, PreviewDocument, PreviewRequest, PreviewResponse } from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { KubernetesResource } from '@/lib/model';
import type { ObjectChanges } from '@/lib/pilot';
import type { AnyKubeObject } from '@/server/kube';
import { compareBehaviour, nothingCompared } from './compare-behaviour';
import { guardDraft } from './guard-draft';
import { describeDraft, draftedServices } from './draft-behaviour';
import { cleanObject, cleanYaml, otherOwners, refOfObject } from './draft-object';
import { judgeDraft, saysFinding } from './judge-draft';
import { findKind, resourceFor, writableKind } from './known-kinds';
import { same } from './merge-three-way';
import type { TrafficSampler } from './sample-traffic';
import type { Cluster } from './watch-cluster';

/** What a preview is made from. */
export interface PreviewSources {
  cluster(): Cluster;
  readonly traffic: TrafficSampler;
  /** Share of the mesh's requests above which a change wants a reason; without it none does. */
  readonly config?: { readonly reasonShare: number };
  now(): number;
}

/** The object as the API server has it now; `null` when there is none. */
export async function readCurrent(
  cluster: Cluster,
  group: string,
  kind: string,
  name: { namespace?: string | undefined; name: string },
): Promise<AnyKubeObject | null> {
  try {
    return await cluster.client.get(resourceFor(findKind(group, kind)), name.namespace === '' ? { name: name.name } : name);
  } catch (error) {
    if (isHeddleError(error) && error.code === 'not_found') return null;
    throw error;
  }
}

/** What server-side apply gets: only what a person says, and the version the draft was made from. */
export function applyBody(object: AnyObject): AnyKubeObject {
  const clean = cleanObject(object);
  const { resourceVersion } = object.metadata;
  return { ...clean, metadata: { ...clean.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } } as AnyKubeObject;
}

/** The API server refuses the object. */
const refusedCode = 'HED0001';
/** The user may not write the object. */
const notAllowedCode = 'HED0003';

/** A draft beside what is there, and what the API server would make of it. */
interface Drafted {
  ref: PreviewDocument['ref'];
  before: AnyKubeObject | null;
  after: AnyObject | null;
  findings: Finding[];
}

async function draftObject(cluster: Cluster, object: AnyObject): Promise<Drafted> {
  const kind = writableKind(object);
  const ref = refOfObject(object);
  const before = await readCurrent(cluster, kind.group, kind.kind, object.metadata);
  const findings: Finding[] = [];
  const find = (code: string, severity: Finding['severity'], message: string, path: string) =>
    findings.push({ code, severity, kind: ref.kind, namespace: ref.namespace, name: ref.name, path, message, related: [] });
  const { resourceVersion: _version, ...metadata } = applyBody(object).metadata;
  let after: AnyObject = cleanObject(object);
  try {
    const applied = await cluster.client.apply(
      resourceFor(kind),
      { ...applyBody(object), metadata },
      {
        dryRun: true,
        force: true,
        onWarning: (text) => find('HED0002', 'warning', text, ''),
      },
    );
    // Defaults of the server are shown; what it merges in from fields the draft leaves out is not part of the draft.
    if (same(cleanObject(applied)['spec'], cleanObject(object)['spec'])) after = cleanObject(applied);
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    // Who may only read (a check of a pull request) still learns what the draft does to requests.
    if (error.code === 'forbidden') find(notAllowedCode, 'warning', error.message, '');
    else if (error.code === 'invalid_object' || error.code === 'bad_request') find(refusedCode, 'error', error.message, error.path ?? '');
    else throw error;
  }
  return { ref, before, after, findings };
}

async function draftDeletion(cluster: Cluster, deletion: Deletion): Promise<Drafted> {
  const kind = writableKind({
    apiVersion: deletion.group === '' ? deletion.version : `${deletion.group}/${deletion.version}`,
    kind: deletion.kind,
  });
  const { resourceVersion: _version, ...ref } = deletion;
  const before = await readCurrent(cluster, kind.group, kind.kind, deletion);
  if (before === null)
    throw new HeddleError('not_found', `${deletion.kind} ${deletion.namespace}/${deletion.name} does not exist.`, {
      hint: 'It is gone already: discard the change.',
    });
  return { ref, before, after: null, findings: [] };
}

function documentOf({ ref, before, after }: Drafted): PreviewDocument {
  const old = cleanYaml(before);
  const fresh = cleanYaml(after);
  const action = old === null ? 'create' : fresh === null ? 'delete' : old === fresh ? 'none' : 'update';
  return { ref, action, before: old, after: fresh };
}

/** The draft as a change of the cluster's objects. An object keeps its age: which of two rules wins depends on it. */
function changesOf(drafted: readonly Drafted[], nowMs: number): ObjectChanges {
  return {
    applied: drafted.flatMap(({ before, after }): KubernetesResource[] => {
      if (after === null) return [];
      const { creationTimestamp = new Date(nowMs).toISOString() } = before?.metadata ?? {};
      return [{ ...after, metadata: { ...after.metadata, creationTimestamp } } as KubernetesResource];
    }),
    deleted: drafted.flatMap(({ before, after }) => (after === null && before !== null ? [before] : [])),
  };
}

/** Whether the API server would not take the draft as it is. */
export function isRefused(findings: readonly Finding[]): boolean {
  return findings.some((one) => one.code === refusedCode);
}

/** What a draft would do: nothing is written. An object the API server refuses is a finding, not a failure. */
export async function previewChange(sources: PreviewSources, request: PreviewRequest): Promise<PreviewResponse> {
  const cluster = sources.cluster();
  if (request.objects.length + request.deletes.length === 0) {
    throw new HeddleError('bad_request', 'There is nothing to preview: neither objects nor deletes.', { path: 'objects' });
  }
  const [traffic, ...drafted] = await Promise.all([
    sources.traffic.sample(),
    ...request.objects.map((object) => draftObject(cluster, object)),
    ...request.deletes.map((deletion) => draftDeletion(cluster, deletion)),
  ]);
  const changes = changesOf(drafted, sources.now());
  const answered = drafted.flatMap((one) => one.findings);
  const refused = isRefused(answered);
  // A refused draft has a shape nobody vouches for: it is not read further.
  const behaviour = refused ? nothingCompared : compareBehaviour(cluster, traffic, changes, sources.now());
  const judged = refused ? [] : judgeDraft(cluster, changes.applied ?? [], changes.deleted ?? []);
  const findings = judged.length === 0 ? answered : [...answered.filter((one) => !saysFinding(one.message)), ...judged];
  const rows = drafted.map(({ before, after }) => ({ before: before === null ? null : cleanObject(before), after }));
  const owners = drafted.flatMap(({ before, after }) => (before === null || after === null ? [] : otherOwners(before, after)));
  return {
    ...behaviour,
    guards: guardDraft(cluster, traffic, { behaviour, findings, owners, changes, shareLimit: sources.config?.reasonShare ?? 1 }),
    findings,
    documents: drafted.map(documentOf),
    sentences: refused ? [] : describeDraft(draftedServices(cluster, request), rows),
    notices: [...cluster.notices(), ...traffic.notices],
  };
}
