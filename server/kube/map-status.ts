import { HeddleError, isHeddleError } from '@/lib/errors';
import type { ErrorCode } from '@/lib/errors';
import type { KubeStatus } from './types';

const codeByStatus: Record<number, ErrorCode> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  410: 'gone',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'invalid_object',
  429: 'source_unavailable',
  503: 'source_unavailable',
  504: 'timeout',
};

/** The error for an answer of status `httpStatus`; the server's Status object stays reachable through {@link kubeStatusOf}. */
export function errorFromAnswer(httpStatus: number, body: string): HeddleError {
  const status = parseStatus(body);
  const code = codeByStatus[status?.code ?? httpStatus] ?? codeByStatus[httpStatus] ?? 'source_failed';
  const path = status?.details?.causes?.find((cause) => cause.field !== undefined && cause.field !== '')?.field;
  const message = status?.message ?? (body.trim().slice(0, 300) || `The Kubernetes API answered with status ${httpStatus}.`);
  return new HeddleError(code, message, { ...(path === undefined ? {} : { path }), ...(status === undefined ? {} : { cause: status }) });
}

/** The error for a Status object that arrived inside a watch. */
export function errorFromStatus(status: KubeStatus): HeddleError {
  return errorFromAnswer(status.code ?? 500, JSON.stringify(status));
}

/** The Status object behind an error of this room; `undefined` when the server sent none. */
export function kubeStatusOf(error: unknown): KubeStatus | undefined {
  return isHeddleError(error) && isStatus(error.cause) ? error.cause : undefined;
}

function parseStatus(body: string): KubeStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is KubeStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}
