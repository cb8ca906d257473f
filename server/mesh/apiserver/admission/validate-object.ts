import type { z } from 'zod';
import type { KindDefinition } from '@/lib/kinds';
import { describeIssue } from '@/lib/validate';
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
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => describeIssue(issue, value, path)).map(({ path: field, ...rest }) => ({ ...rest, field }));
}

export function required(field: string, why = ''): Cause {
  return { reason: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}`, field };
}
