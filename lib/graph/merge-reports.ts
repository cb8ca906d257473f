import type { EdgeProtocol } from './schema';
import { isKnown } from './resolve-nodes';
import type { Sample } from './resolve-nodes';

export type Reporter = 'source' | 'destination' | 'waypoint';

/** What one reporter says about one edge, in units per second. */
export interface Tally {
  rate: number;
  errors: number;
  /** Rate under mutual TLS, and rate whose security is known. */
  mutual: number;
  judged: number;
  codes: Map<string, number>;
  flags: Map<string, number>;
  hosts: Map<string, number>;
  /** By code, flags and host, each after a line feed. */
  cells: Map<string, number>;
  sourcePrincipal: string | undefined;
  targetPrincipal: string | undefined;
}

export function newTally(): Tally {
  return {
    rate: 0,
    errors: 0,
    mutual: 0,
    judged: 0,
    codes: new Map(),
    flags: new Map(),
    hosts: new Map(),
    cells: new Map(),
    sourcePrincipal: undefined,
    targetPrincipal: undefined,
  };
}

export function reporterOf(sample: Sample): Reporter | null {
  const reporter = sample.labels['reporter'];
  return reporter === 'source' || reporter === 'destination' || reporter === 'waypoint' ? reporter : null;
}

export function protocolOf(sample: Sample): EdgeProtocol {
  return sample.labels['request_protocol'] === 'grpc' ? 'grpc' : 'http';
}

/** CONTRACTS §5: HTTP status ≥ 500 or no answer at all (code 0), gRPC status other than 0 (or an HTTP error in front of it). */
export function isError(protocol: EdgeProtocol, labels: Readonly<Record<string, string>>): boolean {
  const http = Number(labels['response_code'] ?? '');
  if (protocol === 'grpc') {
    const status = labels['grpc_response_status'];
    if (status !== undefined && status !== '') return status !== '0';
    return http === 0 || http >= 400;
  }
  return http === 0 || http >= 500;
}

function codeOf(protocol: EdgeProtocol, labels: Readonly<Record<string, string>>): string {
  const status = labels['grpc_response_status'];
  if (protocol === 'grpc' && status !== undefined && status !== '') return `grpc-${status}`;
  const code = labels['response_code'];
  return code === undefined || code === '' ? '0' : code;
}

function bump(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

/** Adds a row of requests. */
export function tallyRequests(tally: Tally, sample: Sample, protocol: EdgeProtocol): void {
  const { labels, value } = sample;
  tallyCommon(tally, sample);
  if (!(value > 0)) return;
  if (isError(protocol, labels)) tally.errors += value;
  const code = codeOf(protocol, labels);
  bump(tally.codes, code, value);
  bump(tally.cells, `${code}\n${labels['response_flags'] ?? ''}\n${labels['destination_service'] ?? ''}`, value);
}

/** Adds a row of bytes. */
export function tallyCommon(tally: Tally, sample: Sample): void {
  const { labels, value } = sample;
  if (!(value > 0)) return;
  tally.rate += value;
  const flags = labels['response_flags'];
  if (flags !== undefined && flags !== '' && flags !== '-') bump(tally.flags, flags, value);
  const host = labels['destination_service'];
  if (isKnown(host)) bump(tally.hosts, host, value);
  const policy = labels['connection_security_policy'];
  if (isKnown(policy)) {
    tally.judged += value;
    if (policy === 'mutual_tls') tally.mutual += value;
  }
  if (isKnown(labels['source_principal'])) tally.sourcePrincipal = labels['source_principal'];
  if (isKnown(labels['destination_principal'])) tally.targetPrincipal = labels['destination_principal'];
}

/** Which report counts: the source's, else the destination's, else a waypoint's. A report without traffic gives way to one with. */
export function chooseReport(reports: ReadonlyMap<Reporter, Tally>): Reporter {
  const order: Reporter[] = ['source', 'destination', 'waypoint'];
  return order.find((reporter) => (reports.get(reporter)?.rate ?? 0) > 0) ?? order.find((reporter) => reports.has(reporter)) ?? 'source';
}

/**
 * Of what was measured by several, the destination's: its latency is without the network in between. Callers are only asked where no
 * destination tells.
 */
export function chooseValue(values: ReadonlyMap<Reporter, number | null>): number | null {
  for (const reporter of ['destination', 'waypoint', 'source'] as const) {
    const value = values.get(reporter);
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

/** Share under mutual TLS, by whoever knows it (destinations do). */
export function mtlsShareOf(reports: ReadonlyMap<Reporter, Tally>): number | null {
  for (const reporter of ['destination', 'waypoint', 'source'] as const) {
    const tally = reports.get(reporter);
    if (tally !== undefined && tally.judged > 0) return tally.mutual / tally.judged;
  }
  return null;
}
