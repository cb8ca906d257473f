import type { z } from 'zod';

export interface FieldIssue {
  /** The kind of cause, as Kubernetes names it (meta/v1 CauseType). */
  reason: 'FieldValueRequired' | 'FieldValueTypeInvalid' | 'FieldValueNotSupported' | 'FieldValueInvalid';
  /** From `base` on: `spec.http[0].match`; of a field at the top, when `base` is empty, its name. */
  path: string;
  message: string;
}

/** What a schema says is wrong with a value, in the words a Kubernetes API server uses for the same. `base` is the path of `root`. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown, base: string): FieldIssue[] {
  const path = fieldPath(base, issue.path);
  const value = valueAt(root, issue.path);
  if (value === undefined) return [{ reason: 'FieldValueRequired', path, message: 'Required value' }];
  switch (issue.code) {
    case 'invalid_type': {
      const is = JSON.stringify(typeName(value));
      const message = `Invalid value: ${is}: ${path} in body must be of type ${wanted[issue.expected] ?? issue.expected}: ${is}`;
      return [{ reason: 'FieldValueTypeInvalid', path, message }];
    }
    case 'invalid_value': {
      const allowed = issue.values.map((one) => JSON.stringify(one)).join(', ');
      return [{ reason: 'FieldValueNotSupported', path, message: `Unsupported value: ${shown(value)}: supported values: ${allowed}` }];
    }
    case 'too_small':
      return [invalid(path, value, `should be greater than or equal to ${issue.minimum}`)];
    case 'too_big':
      return [invalid(path, value, `should be less than or equal to ${issue.maximum}`)];
    case 'invalid_union': {
      const first = issue.errors[0]?.[0];
      if (first !== undefined) return describeIssue({ ...first, path: [...issue.path, ...first.path] }, root, base);
      return [invalid(path, value, issue.message)];
    }
    default:
      return [invalid(path, value, issue.message)];
  }
}

function invalid(path: string, value: unknown, why: string): FieldIssue {
  return { reason: 'FieldValueInvalid', path, message: `Invalid value: ${shown(value)}: ${why}` };
}

const wanted: Record<string, string> = { int: 'integer', record: 'object', map: 'object' };

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function fieldPath(base: string, parts: readonly PropertyKey[]): string {
  let text = base;
  for (const part of parts) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += /^[A-Za-z_][\w-]*$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`;
  }
  return base === '' && text.startsWith('.') ? text.slice(1) : text;
}

function valueAt(root: unknown, parts: readonly PropertyKey[]): unknown {
  let at = root;
  for (const part of parts) at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined;
  return at;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
