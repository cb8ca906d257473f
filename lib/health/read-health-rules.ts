/** One limit for a kind of answer: from which share (0..1) of all requests on it is degraded, and failing. */
export interface Tolerance {
  /** Matches the whole code: `5..`, `404`; gRPC codes are numbers; `0` is no answer. */
  code: RegExp;
  /** As it was written, for the reason. */
  codeText: string;
  protocol: RegExp;
  direction: RegExp;
  degraded: number;
  failing: number;
}

/** What is asked of latency: a percentile that must stay below `degradedMs`, and is failing above `failingMs` when that is set. */
export interface LatencyGoal {
  percentile: 'p50' | 'p90' | 'p95' | 'p99';
  degradedMs: number;
  failingMs: number | undefined;
}

/** How something is to be judged; what is absent goes by the defaults. */
export interface HealthRules {
  tolerances?: readonly Tolerance[];
  latency?: LatencyGoal;
  leastRequests?: number;
}

/**
 * Annotations that set limits, on a Service, a workload or a Namespace. `health.kiali.io/rate` is Kiali's
 * (`code,degraded,failure,protocol,direction;…`, percentages, `X` stands for a digit); ours read the same way:
 * `heddle.dev/error-rate: "1,10"`, `heddle.dev/latency: "p95,300ms,1s"`, `heddle.dev/least-requests: "20"`.
 */
export const healthAnnotations = {
  kialiRate: 'health.kiali.io/rate',
  errorRate: 'heddle.dev/error-rate',
  latency: 'heddle.dev/latency',
  leastRequests: 'heddle.dev/least-requests',
} as const;

function share(text: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]) / 100;
}

function milliseconds(text: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|)\s*$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]) * (match[2] === 's' ? 1_000 : 1);
}

/** Kiali's patterns are short; what could make a regular expression slow is not among what they may hold. */
function pattern(text: string): RegExp | undefined {
  const plain = text.trim();
  if (plain.length > 60 || !/^[\w^$.|[\]\-()?]*$/.test(plain)) return undefined;
  try {
    return new RegExp(`^(?:${plain === '' ? '.*' : plain.replaceAll(/X/gi, String.raw`\d`)})$`, 'i');
  } catch {
    return undefined;
  }
}

function readTolerance(text: string): Tolerance | undefined {
  const [code = '', degraded, failing, protocol = '', direction = ''] = text.split(',');
  // Kiali writes "no answer" as a dash.
  const codes = pattern(code.trim() === '-' ? '0' : code);
  const protocols = pattern(protocol);
  const directions = pattern(direction);
  const [low, high] = [share(degraded), share(failing)];
  if (codes === undefined || protocols === undefined || directions === undefined || low === undefined || high === undefined)
    return undefined;
  return { code: codes, codeText: code.trim() || '*', protocol: protocols, direction: directions, degraded: low, failing: high };
}

/** Rules that annotations set; what cannot be read is left out. Undefined when they set none. */
export function readHealthRules(annotations: Readonly<Record<string, string>> | undefined): HealthRules | undefined {
  if (annotations === undefined) return undefined;
  const rules: HealthRules = {};
  const tolerances = (annotations[healthAnnotations.kialiRate] ?? '')
    .split(';')
    .flatMap((text) => (text.trim() === '' ? [] : (readTolerance(text) ?? [])));
  const [degraded, failing] = (annotations[healthAnnotations.errorRate] ?? '').split(',').map(share);
  if (degraded !== undefined && failing !== undefined) {
    const any = /^.*$/;
    const limits = { protocol: any, direction: any, degraded, failing };
    tolerances.push({ ...limits, code: /^(?:0|5\d\d|[1-9]|1[0-6])$/, codeText: '' });
  }
  if (tolerances.length > 0) rules.tolerances = tolerances;
  const [percentile, first, second] = (annotations[healthAnnotations.latency] ?? '').split(',');
  const name = (['p50', 'p90', 'p95', 'p99'] as const).find((one) => one === percentile?.trim());
  const degradedMs = milliseconds(first);
  if (name !== undefined && degradedMs !== undefined) rules.latency = { percentile: name, degradedMs, failingMs: milliseconds(second) };
  const least = Number(annotations[healthAnnotations.leastRequests]);
  if (Number.isInteger(least) && least > 0) rules.leastRequests = least;
  return Object.keys(rules).length === 0 ? undefined : rules;
}

/** The first that sets a thing wins: give the nearest first (service, workload, namespace). */
export function mergeHealthRules(...rules: readonly (HealthRules | undefined)[]): HealthRules | undefined {
  let merged: HealthRules | undefined;
  for (const one of rules) if (one !== undefined) merged = { ...one, ...merged };
  return merged;
}
