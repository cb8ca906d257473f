import type { AnyObject } from '@/lib/contract';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import { readYaml, removeYaml, setYaml, toYaml } from '@/lib/yaml';
import type { YamlSource } from '@/lib/yaml';

/** An object to begin a draft with. */
export interface DraftStart {
  /** Its text; that of the object when left out. */
  yaml?: string;
  /** The object as it is stored, when it is; `null` for one that is to be made. */
  base: AnyObject | null;
}

/** An object of a draft: its text is the truth, form and YAML are views of it. */
export interface DraftEntry {
  id: number;
  text: string;
  base: AnyObject | null;
  /** The text the draft began with. */
  begun: string;
  reading: ReadEntry;
}

/** What an entry says, as far as it can be read. */
export interface ReadEntry {
  source: YamlSource;
  value: Record<string, unknown> | undefined;
  kind: KindDefinition | undefined;
  name: string;
  namespace: string;
}

/** An object of a kind with nothing in it yet but where it belongs. */
export function newObjectText(kind: KindDefinition, namespace: string): string {
  const head = `apiVersion: ${kind.group}/${kind.versions[0] ?? 'v1'}\nkind: ${kind.kind}\nmetadata:\n  name: ''\n`;
  return `${head}${kind.namespaced ? `  namespace: ${namespace}\n` : ''}spec: {}\n`;
}

/** The text of a stored object as it is edited: without what the server keeps. */
export function textOf(object: AnyObject): string {
  const { status: _status, ...rest } = object as AnyObject & { status?: unknown };
  const {
    uid: _uid,
    resourceVersion: _version,
    generation: _generation,
    creationTimestamp: _created,
    managedFields: _fields,
    ...metadata
  } = rest.metadata as AnyObject['metadata'] & Record<string, unknown>;
  return toYaml({ ...rest, metadata });
}

export function startEntry(id: number, { yaml, base }: DraftStart): DraftEntry {
  const text = yaml ?? (base === null ? '' : textOf(base));
  return { id, text, base, begun: base === null ? '' : text, reading: readEntry(text) };
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function textAt(value: unknown, name: string): string {
  const found = recordOf(value)?.[name];
  return typeof found === 'string' ? found : '';
}

/** The kind that `apiVersion` and `kind` name. */
export function kindOfValue(value: Record<string, unknown> | undefined): KindDefinition | undefined {
  const apiVersion = textAt(value, 'apiVersion');
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return meshKinds.find((one) => one.kind === textAt(value, 'kind') && one.group === group);
}

/** Reads an entry; `before` keeps the identity of what has not changed, so that only what differs is drawn again. */
export function readEntry(text: string, before?: ReadEntry): ReadEntry {
  if (before?.source.text === text) return before;
  const source = readYaml(text);
  const value = source.problems.length > 0 ? undefined : recordOf(shareSame(before?.value, source.value()));
  return {
    source,
    value,
    kind: kindOfValue(value) ?? (value === undefined ? before?.kind : undefined),
    name: textAt(value?.['metadata'], 'name') || (value === undefined ? (before?.name ?? '') : ''),
    namespace: textAt(value?.['metadata'], 'namespace') || (value === undefined ? (before?.namespace ?? '') : ''),
  };
}

/** The entry with another text. */
export function withText(entry: DraftEntry, text: string): DraftEntry {
  return text === entry.text ? entry : { ...entry, text, reading: readEntry(text, entry.reading) };
}

/** Whether an entry of a stored object says another kind, namespace or name: that would be another object, which is made elsewhere. */
export function isMoved({ base, reading }: DraftEntry): boolean {
  if (base === null || reading.value === undefined) return false;
  const isHere = base.metadata.name === reading.name && (base.metadata.namespace ?? '') === reading.namespace;
  return !isHere || kindOfValue(reading.value) !== kindOfValue(base);
}

/** The text with kind, namespace and name of the stored object again. */
export function putBack({ base, text }: DraftEntry): string {
  if (base === null) return text;
  const { name, namespace } = base.metadata;
  const named = setYaml(setYaml(setYaml(text, ['apiVersion'], base.apiVersion), ['kind'], base.kind), ['metadata', 'name'], name);
  return namespace === undefined ? removeYaml(named, ['metadata', 'namespace']) : setYaml(named, ['metadata', 'namespace'], namespace);
}

/** The new value, made of the old one's parts wherever they are the same. */
export function shareSame(before: unknown, after: unknown): unknown {
  if (before === after) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const items = after.map((item, index) => shareSame(before[index], item));
    return items.length === before.length && items.every((item, index) => item === before[index]) ? before : items;
  }
  const old = recordOf(before);
  const next = recordOf(after);
  if (old === undefined || next === undefined) return after;
  const names = Object.keys(next);
  const shared = Object.fromEntries(names.map((name) => [name, shareSame(old[name], next[name])]));
  const isSame = names.length === Object.keys(old).length && names.every((name) => shared[name] === old[name]);
  return isSame ? old : shared;
}
