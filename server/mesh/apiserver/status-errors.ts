import { HeddleError, isHeddleError } from '@/lib/errors';
import type { ErrorCode } from '@/lib/errors';
import type { KindDefinition } from '@/lib/kinds';
import { qualifiedResource } from './served-kinds';

export interface Cause {
  reason: string;
  message: string;
  field?: string;
}

/** Kubernetes meta/v1 Status of a failure. */
export interface FailureStatus {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason: string;
  details?: { name?: string; group?: string; kind?: string; causes?: Cause[]; retryAfterSeconds?: number };
  code: number;
}

/** A failure that clients get as a Status object. `reason` is Kubernetes' word for it. */
export function statusError(
  code: ErrorCode,
  http: number,
  reason: string,
  message: string,
  details?: FailureStatus['details'],
): HeddleError {
  const status: FailureStatus = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code: http,
  };
  return new HeddleError(code, message, { cause: status });
}

const about = (kind: KindDefinition, name: string) => ({ name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural });

export const notFound = (kind: KindDefinition, name: string): HeddleError =>
  statusError('not_found', 404, 'NotFound', `${qualifiedResource(kind)} "${name}" not found`, about(kind, name));

export const alreadyExists = (kind: KindDefinition, name: string): HeddleError =>
  statusError('conflict', 409, 'AlreadyExists', `${qualifiedResource(kind)} "${name}" already exists`, about(kind, name));

export const conflict = (kind: KindDefinition, name: string, why: string, causes?: Cause[]): HeddleError =>
  statusError('conflict', 409, 'Conflict', why, { ...about(kind, name), ...(causes === undefined ? {} : { causes }) });

export const staleVersion = (kind: KindDefinition, name: string): HeddleError =>
  conflict(
    kind,
    name,
    `Operation cannot be fulfilled on ${qualifiedResource(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );

/** 422 with one cause per wrong field. */
export function invalid(kind: KindDefinition, name: string, causes: readonly Cause[]): HeddleError {
  const listed = causes.map((cause) => (cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`));
  const text = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  const titled = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const details = { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.kind, causes: [...causes] };
  return statusError('invalid_object', 422, 'Invalid', `${titled} "${name}" is invalid: ${text}`, details);
}

export const badRequest = (message: string): HeddleError => statusError('bad_request', 400, 'BadRequest', message);
export const unauthorized = (message = 'Unauthorized'): HeddleError => statusError('unauthorized', 401, 'Unauthorized', message);
export const forbidden = (message: string, details?: FailureStatus['details']): HeddleError =>
  statusError('forbidden', 403, 'Forbidden', message, details);
export const methodNotAllowed = (): HeddleError =>
  statusError('method_not_allowed', 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
export const noSuchPath = (): HeddleError =>
  statusError('not_found', 404, 'NotFound', 'the server could not find the requested resource', {});
export const expired = (message: string): HeddleError => statusError('gone', 410, 'Expired', message);
export const unsupportedMediaType = (message: string): HeddleError =>
  statusError('unsupported_media_type', 415, 'UnsupportedMediaType', message);
export const tooLarge = (limit: number): HeddleError =>
  statusError('too_large', 413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
export const unavailable = (message: string): HeddleError =>
  statusError('source_unavailable', 503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });

/** The Status to send for any error; what is not one of ours stays on the server. */
export function statusOf(error: unknown): FailureStatus {
  if (isHeddleError(error)) {
    const cause = error.cause;
    if (typeof cause === 'object' && cause !== null && 'kind' in cause && cause.kind === 'Status') return cause as FailureStatus;
  }
  const message = isHeddleError(error) ? error.message : 'Internal error occurred. The log of the API server says why.';
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 };
}
