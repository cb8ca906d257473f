import type { FieldShape, FormLayout } from '@/lib/kinds';
import { patternOf } from '@/lib/kinds';
import type { YamlPath } from '@/lib/yaml';

/** What a new field or item begins with: what the layout says, else the least that its shape allows. `path` starts below `spec`. */
export function newValue(shape: FieldShape, path: YamlPath, layout: FormLayout | undefined): unknown {
  const begin = layout?.begin?.[patternOf(path)];
  if (begin !== undefined) return structuredClone(begin);
  switch (shape.type) {
    case 'object':
      if (shape.widget === 'stringMatch') return { exact: '' };
      if (shape.widget === 'destination') return { host: '' };
      return Object.fromEntries(
        shape.fields.filter((field) => field.isRequired).map((field) => [field.name, newValue(field.shape, [...path, field.name], layout)]),
      );
    case 'list':
      return [newValue(shape.item, [...path, 0], layout)];
    case 'map':
      return {};
    case 'enum':
      return shape.values.find((value) => !/^(?:UNSET|UNSPECIFIED|UNDEFINED|INVALID)/.test(value)) ?? '';
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return shape.widget === 'percent' ? 100 : shape.widget === 'port' ? 80 : shape.widget === 'statusCode' ? 503 : 1;
    default:
      return shape.widget === 'duration' ? '5s' : '';
  }
}

/** A value in a few words, for a line that stands for it while it is closed. */
export function sumUp(value: unknown, most = 90): string {
  const words: string[] = [];
  const visit = (at: unknown, name: string): void => {
    if (Array.isArray(at)) for (const item of at) visit(item, name);
    else if (typeof at === 'object' && at !== null) {
      for (const [key, one] of Object.entries(at))
        visit(one, ['exact', 'value', 'number', 'destination', 'host'].includes(key) ? name : key);
    } else if (typeof at === 'string' ? at !== '' : at !== undefined) {
      const text = typeof at === 'string' ? at : JSON.stringify(at);
      words.push(name === '' ? text : `${name} ${text}`);
    }
  };
  visit(value, '');
  const text = words.join(' · ');
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
