import type { z } from 'zod';
import type { KindDefinition } from '@/lib/kinds';
import type { StoredObject } from '../storage/stored-object';
import type { Cause } from '../status-errors';
import { checkMetadata } from './check-metadata';
import { checkSemantics } from './check-semantics';

/** What is wrong with an object by its schema and by Kubernetes' own rules; empty when nothing is. */
export function validateObject(object: StoredObject, kind: KindDefinition, before: StoredObject | undefined): Cause[] {
  const causes = checkMetadata(object, kind);
  if (kind.spec !== undefined && !(kind.specOptional && object.spec === undefined)) {
    if (object.spec === undefined && kind.native) causes.push(required('spec'));
    else causes.push(...problemsOf(kind.spec, object.spec ?? {}, 'spec'));
  }
  if (kind.body !== undefined) {
    const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...body } = object;
    causes.push(...problemsOf(kind.body, body, ''));
  }
  if (kind.status !== undefined && object.status !== undefined) causes.push(...problemsOf(kind.status, object.status, 'status'));
  // Rules across fields make sense on well-formed objects only.
  return causes.length > 0 ? causes : checkSemantics(object, kind, before);
}

function problemsOf(schema: z.ZodType, value: unknown, path: string): Cause[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => causesOf(issue, value, path));
}

function causesOf(issue: z.core.$ZodIssue, root: unknown, base: string): Cause[] {
  const field = fieldPath(base, issue.path);
  const value = valueAt(root, issue.path);
  if (value === undefined) return [required(field)];
  switch (issue.code) {
    case 'invalid_type': {
      const message = `Invalid value: ${JSON.stringify(typeName(value))}: ${field} in body must be of type ${wanted(issue.expected)}: ${JSON.stringify(typeName(value))}`;
      return [{ reason: 'FieldValueTypeInvalid', message, field }];
    }
    case 'invalid_value': {
      const allowed = issue.values.map((one) => JSON.stringify(one)).join(', ');
      return [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${shown(value)}: supported values: ${allowed}`, field }];
    }
    case 'too_small':
      return [invalidValue(field, value, `should be greater than or equal to ${issue.minimum}`)];
    case 'too_big':
      return [invalidValue(field, value, `should be less than or equal to ${issue.maximum}`)];
    case 'invalid_union': {
      const first = issue.errors[0]?.[0];
      return first === undefined
        ? [invalidValue(field, value, issue.message)]
        : causesOf({ ...first, path: [...issue.path, ...first.path] }, root, base);
    }
    default:
      return [invalidValue(field, value, issue.message)];
  }
}

export function required(field: string, why = ''): Cause {
  return { reason: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}`, field };
}

export function invalidValue(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}`, field };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function fieldPath(base: string, path: readonly PropertyKey[]): string {
  let text = base;
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root;
  for (const part of path) at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined;
  return at;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const wanted = (expected: string): string => ({ int: 'integer', record: 'object', map: 'object' })[expected] ?? expected;
