import type { AnyObject, Deletion, Finding, PreviewDocument, PreviewRequest, PreviewResponse } from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { AnyKubeObject } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { behaviourChanges, describeDraft, draftedServices } from './draft-behaviour';
import { cleanObject, cleanYaml, refOfObject } from './draft-object';
import { findKind, resourceFor, writableKind } from './known-kinds';
import { same } from './merge-three-way';
import type { Cluster } from './watch-cluster';

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
    if (!isHeddleError(error) || (error.code !== 'invalid_object' && error.code !== 'bad_request' && error.code !== 'forbidden'))
      throw error;
    find('HED0001', 'error', error.message, error.path ?? '');
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
  if (before === null) throw new HeddleError('not_found', `${deletion.kind} ${deletion.namespace}/${deletion.name} does not exist.`);
  return { ref, before, after: null, findings: [] };
}

function documentOf({ ref, before, after }: Drafted): PreviewDocument {
  const old = cleanYaml(before);
  const fresh = cleanYaml(after);
  const action = old === null ? 'create' : fresh === null ? 'delete' : old === fresh ? 'none' : 'update';
  return { ref, action, before: old, after: fresh };
}

/** What a draft would do: nothing is written. An object the API server refuses is a finding, not a failure. */
export async function previewChange(console: Console, request: PreviewRequest): Promise<PreviewResponse> {
  const cluster = console.cluster();
  if (request.objects.length + request.deletes.length === 0) {
    throw new HeddleError('bad_request', 'There is nothing to preview: neither objects nor deletes.', { path: 'objects' });
  }
  const drafted = await Promise.all([
    ...request.objects.map((object) => draftObject(cluster, object)),
    ...request.deletes.map((deletion) => draftDeletion(cluster, deletion)),
  ]);
  const findings = drafted.flatMap((one) => one.findings);
  const refused = findings.some((one) => one.severity === 'error');
  // A refused draft has a shape nobody vouches for: it is not read further.
  const services = refused ? [] : draftedServices(cluster, request);
  const duration = '60s';
  const notices = cluster.notices();
  const graph = await console.graphs
    .graph({ namespaces: [], duration, graphType: 'workload', services: true, at: undefined })
    .catch((error: unknown) => {
      notices.push(noticeOf('prometheus', error));
      return null;
    });
  const behaviour =
    graph === null || refused
      ? { changes: [], coverage: { requests: 0, share: null }, breaks: 0 }
      : behaviourChanges(services, graph, 60, cluster);
  const rows = drafted.map(({ before, after }) => ({ before: before === null ? null : cleanObject(before), after }));
  return {
    ...behaviour,
    findings,
    documents: drafted.map(documentOf),
    sentences: refused ? [] : describeDraft(services, rows),
    notices: [...notices, ...(graph?.notices.filter((one) => one.source.startsWith('prometheus')) ?? [])],
  };
}
