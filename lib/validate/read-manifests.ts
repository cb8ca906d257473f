import { LineCounter, isCollection, isMap, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { kubernetesKinds, meshKinds } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { pathParts } from './finding';
import type { Finding, Severity } from './finding';
import { unreadable } from './findings/hed0001-unreadable';

export interface Position {
  /** Both counted from 1. */
  line: number;
  column: number;
}

/** An object in a text, and where its fields are. */
export interface Manifest {
  object: KubernetesResource;
  document: Document;
  /** Path of the object in its document; empty unless it is an item of a List. */
  base: (string | number)[];
  /** Where a field is; its nearest ancestor when the text does not have it. */
  locate: (path: string) => Position;
}

export interface ManifestText {
  manifests: Manifest[];
  /** Findings about the text itself: what is no YAML or no Kubernetes object. */
  findings: Finding[];
}

/** The objects of a text of YAML or JSON documents; Lists are unpacked, empty documents skipped. Never throws. */
export function readManifests(text: string): ManifestText {
  const lines = new LineCounter();
  const manifests: Manifest[] = [];
  const findings: Finding[] = [];
  const problem = (message: string, offset: number, severity: Severity = 'error') => {
    findings.push(unreadable(message, lines.linePos(offset).line, severity));
  };
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })) {
    const [error] = document.errors;
    if (error !== undefined) {
      problem(error.message.split('\n')[0] ?? 'not YAML', error.pos[0]);
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS();
    } catch (cause) {
      problem(cause instanceof Error ? cause.message : String(cause), document.contents?.range?.[0] ?? 0);
      continue;
    }
    if (value === null || value === undefined) continue;
    collect(value, document, [], lines, manifests, problem);
  }
  return { manifests, findings };
}

function collect(
  value: unknown,
  document: Document,
  base: (string | number)[],
  lines: LineCounter,
  manifests: Manifest[],
  problem: (message: string, offset: number, severity?: Severity) => void,
): void {
  if (isRecord(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(value['items'])) {
    for (const [index, item] of value['items'].entries()) collect(item, document, [...base, 'items', index], lines, manifests, problem);
    return;
  }
  const missing = missingPart(value);
  if (missing !== undefined) {
    problem(`This is no Kubernetes object: ${missing} is missing`, offsetOf(document.contents, base), isMeant(value) ? 'error' : 'info');
    return;
  }
  const object = value as KubernetesResource;
  const locate = (path: string): Position => {
    const { line, col } = lines.linePos(offsetOf(document.contents, [...base, ...pathParts(path)]));
    return { line, column: col };
  };
  manifests.push({ object, document, base, locate });
}

function missingPart(value: unknown): string | undefined {
  if (!isRecord(value)) return 'a mapping';
  if (typeof value['apiVersion'] !== 'string' || value['apiVersion'] === '') return 'apiVersion';
  if (typeof value['kind'] !== 'string' || value['kind'] === '') return 'kind';
  const metadata = value['metadata'];
  return isRecord(metadata) && typeof metadata['name'] === 'string' && metadata['name'] !== '' ? undefined : 'metadata.name';
}

const groups = new Set([...meshKinds, ...kubernetesKinds].map((kind) => (kind.group === '' ? 'v1' : kind.group)));
const kindNames = new Set([...meshKinds, ...kubernetesKinds].map((kind) => kind.kind));

/** Whether a document is meant to be an object of a kind we know; folders of manifests also hold values, charts and the like. */
function isMeant(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { apiVersion, kind } = value;
  // A chart has the apiVersion of core kinds, but neither a kind nor metadata.
  if (kind === undefined && value['metadata'] === undefined) return false;
  return (
    (typeof apiVersion === 'string' && groups.has(apiVersion.split('/')[0] ?? '')) || (typeof kind === 'string' && kindNames.has(kind))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Offset of the deepest part of a path that the text has; of a field that is its key. */
function offsetOf(root: Node | null, parts: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of parts) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
