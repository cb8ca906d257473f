import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { fieldAt, meshKinds, objectShape, shapeAt } from '@/lib/kinds';
import type { Field, FieldShape, KindDefinition } from '@/lib/kinds';
import type { MeshChoices } from '@/lib/validate';
import { contextAt, readYaml } from '@/lib/yaml';
import { writeHost } from './write-host';

/** What completion and hover know of the object that is edited. */
export interface YamlKnowledge {
  kind: KindDefinition | undefined;
  namespace: string;
  choices: MeshChoices | undefined;
}

function typeOf(shape: FieldShape): string {
  if (shape.type === 'list') return `${typeOf(shape.item)}[]`;
  if (shape.widget === 'duration') return 'duration';
  return shape.type === 'enum' ? 'one of' : shape.type;
}

/** What stands behind the name of a new field so that the hand can go on. */
function startOf(shape: FieldShape, indent: string): string {
  if (shape.type === 'object' || shape.type === 'map') return `:\n${indent}  `;
  if (shape.type === 'list') return `:\n${indent}- `;
  return ': ';
}

function fieldCompletion(field: Field, indent: string): Completion {
  const outdated = field.note?.deprecated;
  return {
    label: field.name,
    type: 'property',
    detail: typeOf(field.shape),
    apply: `${field.name}${startOf(field.shape, indent)}`,
    boost: (field.isRequired ? 2 : 0) - (outdated === undefined ? 0 : 10),
    ...(field.note === undefined ? {} : { info: outdated === undefined ? field.note.text : `${field.note.text} (${outdated})` }),
  };
}

const asValues = (values: readonly (string | number)[], detail?: string): Completion[] =>
  [...new Set(values.map(String))].map((label) => ({ label, type: 'constant', ...(detail === undefined ? {} : { detail }) }));

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, part) => (typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[part] : undefined),
    value,
  );
}

/** The values that fit at a path: of the schema, and of what there is in the mesh. */
function valuesFor(
  shape: FieldShape,
  field: Field | undefined,
  path: readonly (string | number)[],
  text: string,
  known: YamlKnowledge,
): Completion[] {
  if (shape.type === 'enum') {
    return shape.values.map((label) => {
      const info = field?.note?.values?.[label];
      return { label, type: 'enum', ...(info === undefined ? {} : { info }) };
    });
  }
  if (shape.type === 'boolean') return asValues(['true', 'false']);
  const { choices, namespace } = known;
  if (choices === undefined) return [];
  const hostBeside = (): MeshChoices['hosts'][number] | undefined => {
    const parent = path.at(-1) === 'number' ? path.slice(0, -2) : path.slice(0, -1);
    const host = at(readYaml(text).value(), [...parent, 'host']);
    if (typeof host !== 'string') return undefined;
    return choices.hosts.find((one) => one.host === host || writeHost(one, namespace) === host);
  };
  switch (shape.widget) {
    case 'host':
      return choices.hosts.map((one) => ({ label: writeHost(one, namespace), type: 'variable', detail: one.namespace }));
    case 'service':
      return asValues(choices.hosts.filter((one) => one.namespace === namespace).map((one) => one.name));
    case 'subset':
      return asValues(hostBeside()?.subsets ?? []);
    case 'port':
      return (hostBeside()?.ports ?? []).map((port) => ({ label: String(port.number), type: 'constant', detail: port.name }));
    case 'namespace':
      return asValues(choices.namespaces);
    case 'exportTo':
      return asValues(["'.'", "'*'", ...choices.namespaces]);
    case 'gateway':
      return asValues(['mesh', ...choices.gateways]);
    case 'secret':
      return choices.secrets.map((one) => ({ label: one.name, type: 'constant', detail: one.namespace }));
    case 'serviceAccount':
      return asValues(choices.serviceAccounts.map((one) => `cluster.local/ns/${one.namespace}/sa/${one.name}`));
    case 'method':
      return asValues(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
    case 'duration':
      return asValues(['100ms', '500ms', '1s', '2s', '5s', '10s', '30s']);
    default:
      return [];
  }
}

/** Names of fields and values that fit where the cursor is, from the schema of the kind and the mesh. */
export function completeYaml(context: CompletionContext, known: YamlKnowledge): CompletionResult | null {
  const text = context.state.doc.toString();
  const where = contextAt(text, context.pos);
  if (!context.explicit && where.kind === 'key' && where.word === '' && where.siblings.length > 0) return null;
  const { path } = where;
  if (where.kind === 'value' && path.length === 1) {
    if (path[0] === 'kind') {
      const options = meshKinds.map((kind) => ({ label: kind.kind, type: 'class', detail: kind.group, info: kind.summary }));
      return { from: where.from, options, validFor: /^[\w-]*$/ };
    }
    if (path[0] === 'apiVersion') {
      const of = known.kind === undefined ? meshKinds : [known.kind];
      return { from: where.from, options: asValues(of.flatMap((kind) => kind.versions.map((version) => `${kind.group}/${version}`))) };
    }
  }
  if (known.kind === undefined) return path.length === 0 ? topFields(where.from, where.siblings) : null;
  const whole = objectShape(known.kind);
  const shape = shapeAt(whole, path);
  if (shape === undefined) return null;
  if (where.kind === 'key' && shape.type === 'object') {
    const line = context.state.doc.lineAt(context.pos);
    const column = where.from - line.from;
    const options = shape.fields
      .filter((field) => !where.siblings.includes(field.name))
      .map((field) => fieldCompletion(field, ' '.repeat(column)));
    return { from: where.from, options, validFor: /^[\w.-]*$/ };
  }
  const list = shape.type === 'list' ? shape.item : shape;
  const field = fieldAt(whole, path) ?? fieldAt(whole, path.slice(0, -1));
  const options = valuesFor(list, field, path, text, known);
  return options.length === 0 ? null : { from: where.from, options, validFor: /^[\w./*-]*$/ };
}

function topFields(from: number, siblings: readonly string[]): CompletionResult {
  const names = ['apiVersion', 'kind', 'metadata', 'spec'].filter((name) => !siblings.includes(name));
  return {
    from,
    options: names.map((label) => ({
      label,
      type: 'property',
      apply: label === 'apiVersion' || label === 'kind' ? `${label}: ` : `${label}:\n  `,
    })),
  };
}

/** The field whose name is at an offset, with what it means. */
export function fieldUnder(text: string, offset: number, known: YamlKnowledge): { field: Field; from: number; to: number } | undefined {
  if (known.kind === undefined) return undefined;
  const source = readYaml(text);
  const { document, path } = source.pathAt(offset);
  const place = source.placeOf(path, document);
  if (place?.key === undefined || offset < place.key.from || offset > place.value.to) return undefined;
  const field = fieldAt(objectShape(known.kind), path);
  const isKey = offset <= place.key.to;
  if (field === undefined || (!isKey && field.shape.type !== 'enum')) return undefined;
  return { field, from: isKey ? place.key.from : place.value.from, to: isKey ? place.key.to : place.value.to };
}

/** What hover says about a field, as elements. */
export function hoverBox(field: Field): HTMLElement {
  const box = document.createElement('div');
  box.style.cssText = 'padding:6px 10px;font-family:var(--font-sans);font-size:12px;line-height:18px';
  const head = document.createElement('div');
  head.textContent = `${field.name} · ${typeOf(field.shape)}`;
  head.style.cssText = 'font-family:var(--font-mono);color:var(--text-muted)';
  const text = document.createElement('div');
  text.textContent = field.note?.text ?? '';
  box.append(head, text);
  for (const [value, meaning] of Object.entries(field.note?.values ?? {})) {
    const line = document.createElement('div');
    const name = document.createElement('span');
    name.textContent = value;
    name.style.cssText = 'font-family:var(--font-mono);color:var(--accent-text);margin-right:6px';
    line.append(name, meaning);
    box.append(line);
  }
  return box;
}
