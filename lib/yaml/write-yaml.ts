import { stringify } from 'yaml';

/** Where the well-known fields of an object come, before all others in their own order. */
const topOrder = ['apiVersion', 'kind', 'metadata', 'spec', 'data', 'status'];

/** YAML of an object as Kubernetes tools write it: two blanks, no anchors, long lines unfolded, apiVersion first. */
export function toYaml(object: object): string {
  const ordered: Record<string, unknown> = {};
  const source: Record<string, unknown> = { ...object };
  for (const key of topOrder) if (key in source) ordered[key] = source[key];
  return stringify({ ...ordered, ...source }, { lineWidth: 0, aliasDuplicateObjects: false, indentSeq: false });
}
