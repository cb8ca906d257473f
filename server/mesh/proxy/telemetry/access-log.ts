import type { AccessLog, AccessLogFilter, ComparisonFilter, Struct, StructValue } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { ExchangeRecord } from '../exchange/exchange-record';
import { flagsText } from '../exchange/response-flags';

/** Istio's default text format. */
export const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% ' +
  '%CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% ' +
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" ' +
  '"%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% ' +
  '%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

const FLUSH_MS = 100;
const MAX_BUFFERED_CHARACTERS = 1024 * 1024;

/** Lines are gathered and leave in one write every 100 ms. */
export class LogSink {
  private readonly write: (text: string) => void;
  private lines = '';
  private timer: NodeJS.Timeout | null = null;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  add(line: string): void {
    // A reader that does not read costs lines, not memory.
    if (this.lines.length > MAX_BUFFERED_CHARACTERS) return;
    this.lines += line;
    this.timer ??= setTimeout(this.flush, FLUSH_MS);
  }

  readonly flush = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.lines === '') return;
    const text = this.lines;
    this.lines = '';
    this.write(text);
  };
}

/** What access logs see: an HTTP request, or a TCP connection in the same terms. */
export interface LogEntry {
  readonly startEpochMs: number;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly status: number;
  readonly flags: number;
  readonly details: string;
  readonly termination: string;
  readonly upstreamFailure: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly durationMs: number;
  readonly serviceMs: number;
  readonly forwardedFor: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly authority: string;
  readonly upstreamHost: string;
  readonly upstreamCluster: string;
  readonly upstreamLocal: string;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly serverName: string;
  readonly routeName: string;
  readonly grpcStatus: number;
}

export interface AccessLogger {
  write(record: ExchangeRecord): void;
  writeEntry(entry: LogEntry): void;
}

type Part = (entry: LogEntry) => string;

/** Compiles the access logs of a filter chain; those that do not go to the standard output are left out. */
export function compileAccessLogs(logs: readonly AccessLog[], sink: LogSink): AccessLogger[] {
  return logs.flatMap((log) => {
    const format = readFormat(log);
    if (format === null) return [];
    const passes = compileFilter(log.filter);
    const writeEntry = (entry: LogEntry): void => {
      if (passes(entry)) sink.add(format(entry));
    };
    return [{ writeEntry, write: (record: ExchangeRecord) => writeEntry(entryOf(record)) }];
  });
}

function readFormat(log: AccessLog): Part | null {
  const config = log.typed_config;
  if (config?.['@type'] === typeUrls.fileAccessLog) {
    if (config.path !== '/dev/stdout' && config.path !== '/dev/stderr') return null;
    if (config.json_format !== undefined) return jsonFormat(config.json_format);
    if (config.log_format?.json_format !== undefined) return jsonFormat(config.log_format.json_format);
    return textFormat(
      config.format ?? config.log_format?.text_format_source?.inline_string ?? config.log_format?.text_format ?? DEFAULT_FORMAT,
    );
  }
  if (config?.['@type'] === typeUrls.stdoutAccessLog) {
    if (config.log_format?.json_format !== undefined) return jsonFormat(config.log_format.json_format);
    return textFormat(config.log_format?.text_format_source?.inline_string ?? config.log_format?.text_format ?? DEFAULT_FORMAT);
  }
  return null;
}

function textFormat(format: string): Part {
  const parts = compileFormat(format);
  return (entry) => parts.map((part) => part(entry)).join('');
}

function jsonFormat(format: Struct): Part {
  const fields = Object.entries(format).map(([name, value]) => [name, compileValue(value)] as const);
  return (entry) => `${JSON.stringify(Object.fromEntries(fields.map(([name, read]) => [name, read(entry)])))}\n`;
}

function compileValue(value: StructValue): (entry: LogEntry) => StructValue {
  if (typeof value !== 'string') return () => value;
  const parts = compileFormat(value);
  const numeric = /^%(?:RESPONSE_CODE|BYTES_RECEIVED|BYTES_SENT|DURATION)%$/.test(value);
  return (entry) => {
    const text = parts.map((part) => part(entry)).join('');
    if (text === '-') return null;
    return numeric ? Number(text) : text;
  };
}

function compileFormat(format: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of format.matchAll(/%([A-Z_0-9]+)(?:\(([^)]*)\))?(?::(\d+))?%/g)) {
    if (match.index > at) parts.push(constant(format.slice(at, match.index)));
    const read = operator(match[1] ?? '', match[2] ?? '');
    const limit = match[3] === undefined ? 0 : Number(match[3]);
    parts.push(limit > 0 ? (entry) => read(entry).slice(0, limit) : read);
    at = match.index + match[0].length;
  }
  if (at < format.length) parts.push(constant(format.slice(at)));
  return parts;
}

function constant(text: string): Part {
  return () => text;
}

function operator(name: string, argument: string): Part {
  switch (name) {
    case 'START_TIME':
      return (entry) => new Date(entry.startEpochMs).toISOString();
    case 'PROTOCOL':
      return (entry) => dash(entry.protocol);
    case 'RESPONSE_CODE':
      return (entry) => String(entry.status);
    case 'RESPONSE_FLAGS':
      return (entry) => flagsText(entry.flags);
    case 'RESPONSE_CODE_DETAILS':
      return (entry) => dash(entry.details.replaceAll(' ', '_'));
    case 'CONNECTION_TERMINATION_DETAILS':
      return (entry) => dash(entry.termination.replaceAll(' ', '_'));
    case 'UPSTREAM_TRANSPORT_FAILURE_REASON':
      return (entry) => dash(entry.upstreamFailure);
    case 'BYTES_RECEIVED':
      return (entry) => String(entry.bytesReceived);
    case 'BYTES_SENT':
      return (entry) => String(entry.bytesSent);
    case 'DURATION':
      return (entry) => String(Math.round(entry.durationMs));
    case 'UPSTREAM_HOST':
      return (entry) => dash(entry.upstreamHost);
    case 'UPSTREAM_CLUSTER':
    case 'UPSTREAM_CLUSTER_RAW':
      return (entry) => dash(entry.upstreamCluster);
    case 'UPSTREAM_LOCAL_ADDRESS':
      return (entry) => dash(entry.upstreamLocal);
    case 'DOWNSTREAM_LOCAL_ADDRESS':
      return (entry) => dash(entry.downstreamLocal);
    case 'DOWNSTREAM_REMOTE_ADDRESS':
      return (entry) => dash(entry.downstreamRemote);
    case 'REQUESTED_SERVER_NAME':
      return (entry) => dash(entry.serverName);
    case 'ROUTE_NAME':
      return (entry) => dash(entry.routeName);
    case 'GRPC_STATUS':
    case 'GRPC_STATUS_NUMBER':
      return (entry) => (entry.grpcStatus < 0 ? '-' : String(entry.grpcStatus));
    case 'REQ':
      return requestField(argument);
    case 'RESP':
      return argument.toLowerCase().startsWith('x-envoy-upstream-service-time')
        ? (entry) => (entry.serviceMs < 0 ? '-' : String(entry.serviceMs))
        : () => '-';
    default:
      return () => '-';
  }
}

/** `A?B`: B where A is missing. */
function requestField(argument: string): Part {
  const [first, second] = argument.toLowerCase().split('?');
  const reads = [first, second].map((name) => requestFields[name ?? '']);
  return (entry) => dash(reads[0]?.(entry) || reads[1]?.(entry) || '');
}

const requestFields: Readonly<Record<string, Part>> = {
  ':method': (entry) => entry.method,
  ':path': (entry) => entry.path,
  ':authority': (entry) => entry.authority,
  host: (entry) => entry.authority,
  'x-envoy-original-path': () => '',
  'x-forwarded-for': (entry) => entry.forwardedFor,
  'user-agent': (entry) => entry.userAgent,
  'x-request-id': (entry) => entry.requestId,
};

function dash(text: string): string {
  return text === '' ? '-' : text;
}

function compileFilter(filter: AccessLogFilter | undefined): (entry: LogEntry) => boolean {
  if (filter === undefined) return () => true;
  const tests: ((entry: LogEntry) => boolean)[] = [];
  if (filter.status_code_filter !== undefined) tests.push(compileComparison(filter.status_code_filter.comparison, (entry) => entry.status));
  if (filter.duration_filter !== undefined) tests.push(compileComparison(filter.duration_filter.comparison, (entry) => entry.durationMs));
  if (filter.response_flag_filter !== undefined) {
    const flags = filter.response_flag_filter.flags ?? [];
    tests.push((entry) =>
      flags.length === 0
        ? entry.flags !== 0
        : flagsText(entry.flags)
            .split(',')
            .some((flag) => flags.includes(flag)),
    );
  }
  if (filter.and_filter !== undefined) tests.push(...filter.and_filter.filters.map(compileFilter));
  if (filter.or_filter !== undefined) {
    const any = filter.or_filter.filters.map(compileFilter);
    tests.push((entry) => any.some((test) => test(entry)));
  }
  return (entry) => tests.every((test) => test(entry));
}

function compileComparison({ op, value }: ComparisonFilter, read: (entry: LogEntry) => number): (entry: LogEntry) => boolean {
  const bound = value.default_value ?? 0;
  if (op === 'GE') return (entry) => read(entry) >= bound;
  if (op === 'LE') return (entry) => read(entry) <= bound;
  return (entry) => read(entry) === bound;
}

function entryOf(record: ExchangeRecord): LogEntry {
  const { downstream, endpoint, cluster } = record;
  return {
    startEpochMs: Date.now() - record.durationMs,
    method: record.method,
    path: record.originalPath === '' ? record.path : record.originalPath,
    protocol: record.protocol,
    status: record.status,
    flags: record.flags,
    details: record.details,
    termination: '',
    upstreamFailure: record.upstreamFailure,
    bytesReceived: record.bytesReceived,
    bytesSent: record.bytesSent,
    durationMs: record.durationMs,
    serviceMs: record.upstreamServiceMs,
    forwardedFor: record.forwardedFor,
    userAgent: record.userAgent,
    requestId: record.requestId,
    authority: record.authority,
    upstreamHost: endpoint?.key ?? '',
    upstreamCluster: cluster?.name ?? '',
    upstreamLocal: record.upstreamLocalAddress,
    downstreamLocal: `${downstream.localAddress}:${downstream.localPort}`,
    downstreamRemote: `${downstream.remoteAddress}:${downstream.remotePort}`,
    serverName: downstream.serverName,
    routeName: record.decision?.route?.name ?? '',
    grpcStatus: record.grpcStatus,
  };
}
