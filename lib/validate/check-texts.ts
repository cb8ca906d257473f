import type { KubernetesResource } from '@/lib/model';
import { readYaml } from '@/lib/yaml';
import type { DraftValidation } from './draft-validation';
import { compareFindings, pathParts } from './finding';
import type { Finding } from './finding';
import { readManifests } from './read-manifests';

/** A finding about a text: where in it, in UTF-16 units. */
export interface TextFinding extends Finding {
  from: number;
  to: number;
}

export interface CheckedTexts {
  /** Per text its findings, in order. */
  texts: TextFinding[][];
  /** Findings of other objects that are new with the draft. */
  others: Finding[];
}

type Deletes = Parameters<DraftValidation['judge']>[1];

/** The findings of a draft that is written as texts, one object each, with their places. Texts that are no object yet say so themselves. */
export function checkTexts(draft: DraftValidation, texts: readonly string[], deletes: Deletes = []): CheckedTexts {
  const read = texts.map((text) => ({ text, source: readYaml(text), ...readManifests(text) }));
  const objects: KubernetesResource[] = read.flatMap(({ manifests }) => manifests.map(({ object }) => object));
  const found = draft.judge(objects, deletes);
  const taken = new Set<Finding>();
  const checked = read.map(({ text, source, manifests, findings }) => {
    const own: TextFinding[] = findings.map((finding) => {
      const [problem] = source.problems;
      const from = problem?.from ?? offsetOfLine(text, finding.line ?? 1);
      return { ...finding, from, to: Math.max(problem?.to ?? from, endOfLine(text, from)) };
    });
    for (const { object, base } of manifests) {
      const namespace = object.metadata.namespace ?? '';
      for (const finding of found) {
        if (finding.kind !== object.kind || finding.name !== object.metadata.name) continue;
        if (namespace !== '' && finding.namespace !== namespace) continue;
        taken.add(finding);
        const path = [...base, ...pathParts(finding.path)];
        const { offset, line } = source.positionOf(path);
        const place = source.placeOf(path);
        const isShort = place !== undefined && !text.slice(place.value.from, place.value.to).includes('\n');
        const to = isShort ? place.value.to : endOfLine(text, offset);
        own.push({ ...finding, line, from: offset, to: Math.max(to, offset) });
      }
    }
    return own.toSorted((left, right) => left.from - right.from || compareFindings(left, right));
  });
  return { texts: checked, others: found.filter((finding) => !taken.has(finding)) };
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf('\n', offset);
    if (next < 0) break;
    offset = next + 1;
  }
  return offset;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}
