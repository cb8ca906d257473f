import type { EdgeProtocol } from './schema';
import { isKnown } from './resolve-nodes';
import type { Sample } from './resolve-nodes';

/** In the order in which requests are counted. */
export const reporters = ['source', 'destination', 'waypoint'] as const;
export type Reporter = (typeof reporters)[number];

/** What one reporter says about one edge, in units per second. */
export interface Tally {
  rate: number;
  errors: number;
  /** Rate under mutual TLS, and rate whose security is known. */
  mutual: number;
  judged: number;
  /** Of TCP bytes there is no code. Flags are as Envoy writes them, `-` for none. */
  cells: { code: string; flags: string; host: string; rate: number }[];
  sourcePrincipal: string | undefined;
  targetPrincipal: string | undefined;
}

export function newTally(): Tally {
  return {
    rate: 0,
    errors: 0,
    mutual: 0,
    judged: 0,
    cells: [],
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

/** By reporter. */
export type Reported<Value> = Partial<Record<Reporter, Value>>;

/** Adds a row of requests. */
export function tallyRequests(tally: Tally, sample: Sample, protocol: EdgeProtocol): void {
  if (!(sample.value > 0)) return;
  tallyRow(tally, sample, codeOf(protocol, sample.labels));
  if (isError(protocol, sample.labels)) tally.errors += sample.value;
}

/** Adds a row of bytes. */
export function tallyBytes(tally: Tally, sample: Sample): void {
  if (sample.value > 0) tallyRow(tally, sample, '');
}

function tallyRow(tally: Tally, { labels, value }: Sample, code: string): void {
  tally.rate += value;
  const flags = labels['response_flags'] ?? '';
  const host = labels['destination_service'] ?? '';
  // An edge has a handful of cells at the most.
  const cell = tally.cells.find((one) => one.code === code && one.flags === flags && one.host === host);
  if (cell === undefined) tally.cells.push({ code, flags, host, rate: value });
  else cell.rate += value;
  const policy = labels['connection_security_policy'];
  if (isKnown(policy)) {
    tally.judged += value;
    if (policy === 'mutual_tls') tally.mutual += value;
  }
  if (isKnown(labels['source_principal'])) tally.sourcePrincipal = labels['source_principal'];
  if (isKnown(labels['destination_principal'])) tally.targetPrincipal = labels['destination_principal'];
}

/** Rates by code, by response flag or by host asked for; where there is none of it, none. */
export function ratesBy(part: 'code' | 'flags' | 'host', tally: Tally | undefined): Record<string, number> {
  const rates: Record<string, number> = {};
  for (const cell of tally?.cells ?? []) {
    const name = cell[part];
    if (part === 'host' ? isKnown(name) : name !== '' && name !== '-') rates[name] = (rates[name] ?? 0) + cell.rate;
  }
  return rates;
}

/** Which report counts: the source's, else the destination's, else a waypoint's. A report without traffic gives way to one with. */
export function chooseReport(reports: Reported<Tally>): Reporter {
  return (
    reporters.find((reporter) => (reports[reporter]?.rate ?? 0) > 0) ??
    reporters.find((reporter) => reports[reporter] !== undefined) ??
    'source'
  );
}

/**
 * Of what was measured by several, the destination's: its latency is without the network in between. Callers are only asked where no
 * destination tells.
 */
export function chooseValue(values: Reported<number>): number | null {
  return values.destination ?? values.waypoint ?? values.source ?? null;
}

/** Share under mutual TLS, by whoever knows it (destinations do). */
export function mtlsShareOf(reports: Reported<Tally>): number | null {
  for (const tally of [reports.destination, reports.waypoint, reports.source])
    if (tally !== undefined && tally.judged > 0) return tally.mutual / tally.judged;
  return null;
}
