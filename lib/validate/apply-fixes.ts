import { isCollection, isMap, isPair, isScalar, isSeq, stringify } from 'yaml';
import type { Pair } from 'yaml';
import type { Finding, PatchStep } from './finding';
import { readManifests } from './read-manifests';
import type { Manifest } from './read-manifests';

interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface FixedText {
  text: string;
  /** Number of fixes that were made. */
  applied: number;
}

type FixedFinding = Pick<Finding, 'kind' | 'namespace' | 'name' | 'path' | 'line' | 'fix'>;

/**
 * The text with the fixes of findings made in place: only the scalars and keys that change are touched, so that comments and layout stay.
 * A fix that is more than replacing a scalar or renaming a key is left to the editor.
 */
export function applyFixes(text: string, findings: readonly FixedFinding[]): FixedText {
  const { manifests } = readManifests(text);
  const edits: Edit[] = [];
  for (const finding of findings) {
    if (finding.fix === null) continue;
    const manifest = manifests.find((one) => isAbout(one, finding));
    if (manifest === undefined) continue;
    const found = finding.fix.map((step) => editOf(manifest, step));
    if (
      found.every((edit) => edit !== undefined) &&
      found.every((edit) => edits.every((other) => edit.end <= other.start || other.end <= edit.start))
    )
      edits.push(...found);
  }
  let result = text;
  for (const { start, end, text: replacement } of edits.toSorted((left, right) => right.start - left.start))
    result = result.slice(0, start) + replacement + result.slice(end);
  return { text: result, applied: edits.length };
}

/** An object may stand in a text more than once: the place of the finding says which. */
function isAbout({ object, locate }: Manifest, finding: FixedFinding): boolean {
  if (object.kind !== finding.kind || object.metadata.name !== finding.name) return false;
  if ((object.metadata.namespace ?? 'default') !== (finding.namespace === '' ? 'default' : finding.namespace)) return false;
  return finding.line === null || locate(finding.path).line === finding.line;
}

function editOf(manifest: Manifest, step: PatchStep): Edit | undefined {
  if (step.op === 'replace') {
    const node = nodeAt(manifest, step.path)?.value;
    if (!isScalar(node) || node.range === undefined || node.range === null || typeof step.value === 'object') return undefined;
    return { start: node.range[0], end: node.range[1], text: stringify(step.value, { lineWidth: 0 }).trimEnd() };
  }
  if (step.op === 'move') {
    const key = nodeAt(manifest, step.from)?.key;
    if (!isScalar(key) || key.range === undefined || key.range === null) return undefined;
    return { start: key.range[0], end: key.range[1], text: step.path.slice(step.path.lastIndexOf('/') + 1) };
  }
  return undefined;
}

function nodeAt(manifest: Manifest, pointer: string): { key: unknown; value: unknown } | undefined {
  let node: unknown = manifest.document.contents;
  let key: unknown;
  const parts = [
    ...manifest.base,
    ...pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  ];
  for (const part of parts) {
    if (!isCollection(node)) return undefined;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(part));
      if (pair === undefined) return undefined;
      ({ key, value: node } = pair);
    } else if (isSeq(node)) {
      key = undefined;
      node = node.items[Number(part)];
    }
  }
  return { key, value: node };
}
