import { http } from '../io/node-http';

/** Reason phrase of a status; `Unknown` for those without one. */
export function statusText(status: number): string {
  return http.STATUS_CODES[status] ?? 'Unknown';
}
