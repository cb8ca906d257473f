import { STATUS_CODES } from 'node:http';

/** Reason phrase of a status; `Unknown` for those without one. */
export function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}
