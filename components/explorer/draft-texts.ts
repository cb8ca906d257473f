import { parse } from 'yaml';
import type { AnyObject, ExplainedDocument, ObjectRef } from '@/lib/contract';

/** Names an object among drafts. */
export function refKey({ group, kind, namespace, name }: ObjectRef): string {
  return `${group}/${kind} ${namespace}/${name}`;
}

/** An edited text, and what it was made from. */
export interface DraftText {
  ref: ObjectRef;
  text: string;
  /** The live object and its version when the edit began; `null`: it is new. */
  base: { yaml: string; resourceVersion: string | null } | null;
}

export interface ReadDrafts {
  objects: AnyObject[];
  bases: AnyObject[];
  /** Why a text is no object, by `refKey`. */
  broken: Map<string, string>;
}

/** The objects of edited texts, with the version that they stand on. */
export function readDrafts(drafts: readonly DraftText[]): ReadDrafts {
  const read: ReadDrafts = { objects: [], bases: [], broken: new Map() };
  for (const { ref, text, base } of drafts) {
    const object = readObject(text);
    if (typeof object === 'string') {
      read.broken.set(refKey(ref), object);
      continue;
    }
    const version = base?.resourceVersion ?? undefined;
    read.objects.push({ ...object, metadata: { ...object.metadata, ...(version === undefined ? {} : { resourceVersion: version }) } });
    const before = base === null ? '' : readObject(base.yaml);
    if (typeof before !== 'string') read.bases.push(before);
  }
  return read;
}

function readObject(text: string): AnyObject | string {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  }
  const object = value as Partial<AnyObject> | null;
  if (typeof object !== 'object' || object === null || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string')
    return 'apiVersion, kind';
  return typeof object.metadata?.name === 'string' ? (object as AnyObject) : 'metadata.name';
}

/** The draft of a document that was opened, unchanged as yet. */
export function beginDraft({ ref, live, resourceVersion }: ExplainedDocument, text: string): DraftText {
  return { ref, text, base: live === null ? null : { yaml: live, resourceVersion } };
}

/** A first rule for a service that has none. */
export function newRule(namespace: string, service: string, host: string): DraftText {
  const ref = { group: 'networking.istio.io', version: 'v1', kind: 'VirtualService', namespace, name: service };
  const text = [
    'apiVersion: networking.istio.io/v1',
    'kind: VirtualService',
    'metadata:',
    `  name: ${service}`,
    `  namespace: ${namespace}`,
    'spec:',
    '  hosts:',
    `  - ${host}`,
    '  http:',
    '  - route:',
    '    - destination:',
    `        host: ${host}`,
    '    timeout: 3s',
    '',
  ].join('\n');
  return { ref, text, base: null };
}
