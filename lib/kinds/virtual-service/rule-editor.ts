import { formatDuration, parseDurationMs } from '@/lib/format';
import { writeAlternatives } from '../shared/gateway-api-rules';
import { sameJson, withField } from '../shared/json';
import { makeRuleEditor, toPercentages } from '../shared/rule-editor';
import type {
  FacetTable,
  HeaderChanges,
  RuleCors,
  RuleDestination,
  RuleFault,
  RuleMirror,
  RuleRedirect,
  RuleRetries,
  RuleRewrite,
} from '../shared/rule-editor';
import { readMatch, virtualServiceConditions, writeMatch } from './match-conditions';
import type { HttpRule } from './read-traffic';

type Route = NonNullable<HttpRule['route']>[number];
type Destination = Route['destination'];

/** Milliseconds of a duration; `null` for none, and for 0, which switches off. */
export function positiveMs(text: string | undefined): number | null {
  const ms = text === undefined ? null : parseDurationMs(text);
  return ms !== null && ms > 0 ? ms : null;
}

function readDestinations(rule: HttpRule): RuleDestination[] {
  const route = rule.route ?? [];
  // One destination needs no weight; with several, no weight means none (Istio).
  const weights = toPercentages(route.map((one) => (route.length === 1 ? 100 : (one.weight ?? 0))));
  return route.map(({ destination }, from) => ({ ...readTarget(destination), weight: weights[from] ?? 0, from }));
}

function readTarget(destination: Destination): Pick<RuleDestination, 'host' | 'namespace' | 'subset' | 'port'> {
  return { host: destination.host, namespace: null, subset: destination.subset ?? null, port: destination.port?.number ?? null };
}

function writeTarget(before: Destination | undefined, to: Pick<RuleDestination, 'host' | 'subset' | 'port'>): Destination {
  let destination: Destination = { ...before, host: to.host };
  if ((before?.subset ?? null) !== to.subset) destination = withField(destination, 'subset', to.subset ?? undefined);
  if ((before?.port?.number ?? null) !== to.port)
    destination = withField(destination, 'port', to.port === null ? undefined : { number: to.port });
  return destination;
}

function writeDestinations(rule: HttpRule, destinations: readonly RuleDestination[]): HttpRule {
  const now = readDestinations(rule);
  const lone = destinations.length === 1;
  const route = destinations.map((one): Route => {
    const before = one.from === null ? undefined : rule.route?.[one.from];
    const destination = writeTarget(before?.destination, one);
    // A weight that is not touched keeps its number, in whatever proportion the others are written.
    const untouched =
      one.from !== null &&
      destinations.length === now.length &&
      destinations.every((other) => other.from !== null && now[other.from]?.weight === other.weight);
    if (untouched || (lone && before !== undefined && before.weight === undefined)) return { ...before, destination };
    return lone && before === undefined ? { destination } : { ...before, destination, weight: one.weight };
  });
  return withField(rule, 'route', route);
}

function readFault(rule: HttpRule): RuleFault | null {
  const { delay, abort } = rule.fault ?? {};
  const ms = positiveMs(delay?.fixedDelay);
  const status = abort?.httpStatus;
  if (ms === null && status === undefined) return null;
  return {
    delay: ms === null ? null : { ms, percent: delay?.percentage?.value ?? delay?.percent ?? 100 },
    abort: status === undefined ? null : { status, percent: abort?.percentage?.value ?? 100 },
  };
}

/** Only what the editor shows is its to change: a gRPC abort or an exponential delay stays. */
function writeFault(rule: HttpRule, fault: RuleFault | null): HttpRule {
  const { delay, abort, ...rest } = rule.fault ?? {};
  const now = readFault(rule);
  const nextDelay = sameJson(now?.delay ?? null, fault?.delay ?? null)
    ? delay
    : fault?.delay
      ? { fixedDelay: formatDuration(fault.delay.ms), percentage: { value: fault.delay.percent } }
      : undefined;
  const nextAbort = sameJson(now?.abort ?? null, fault?.abort ?? null)
    ? abort
    : fault?.abort
      ? { httpStatus: fault.abort.status, percentage: { value: fault.abort.percent } }
      : undefined;
  const next = {
    ...rest,
    ...(nextDelay === undefined ? {} : { delay: nextDelay }),
    ...(nextAbort === undefined ? {} : { abort: nextAbort }),
  };
  return withField(rule, 'fault', Object.keys(next).length === 0 ? undefined : next);
}

function readRetries({ retries }: HttpRule): RuleRetries | null {
  if (retries === undefined) return null;
  return {
    attempts: retries.attempts ?? 0,
    perTryTimeoutMs: positiveMs(retries.perTryTimeout),
    retryOn: retries.retryOn ?? null,
    codes: null,
  };
}

function writeRetries(rule: HttpRule, retries: RuleRetries | null): HttpRule {
  if (retries === null) return withField(rule, 'retries', undefined);
  const now = readRetries(rule);
  let next = { ...rule.retries, attempts: retries.attempts };
  if (now?.perTryTimeoutMs !== retries.perTryTimeoutMs)
    next = withField(next, 'perTryTimeout', retries.perTryTimeoutMs === null ? undefined : formatDuration(retries.perTryTimeoutMs));
  if (now?.retryOn !== retries.retryOn) next = withField(next, 'retryOn', retries.retryOn ?? undefined);
  return { ...rule, retries: next };
}

function readMirrors(rule: HttpRule): RuleMirror[] {
  if (rule.mirror !== undefined) {
    const percent =
      rule.mirrorPercentage === undefined ? (rule.mirrorPercent ?? rule.mirror_percent ?? 100) : (rule.mirrorPercentage.value ?? 0);
    return [{ ...readTarget(rule.mirror), percent, from: 0 }];
  }
  return (rule.mirrors ?? []).map(({ destination, percentage }, from) => ({
    ...readTarget(destination),
    percent: percentage === undefined ? 100 : (percentage.value ?? 0),
    from,
  }));
}

/** One mirror stays in the form it is written in; several need the list. */
function writeMirrors(rule: HttpRule, mirrors: readonly RuleMirror[]): HttpRule {
  const { mirror, mirrorPercentage, mirrorPercent, mirror_percent, mirrors: list, ...rest } = rule;
  const [only, ...more] = mirrors;
  if (only === undefined) return rest;
  if (list === undefined && more.length === 0) {
    const now = readMirrors(rule)[0];
    const percentage =
      now?.percent === only.percent ? { mirrorPercentage, mirrorPercent, mirror_percent } : { mirrorPercentage: { value: only.percent } };
    const kept = Object.fromEntries(Object.entries(percentage).filter(([, value]) => value !== undefined));
    return { ...rest, mirror: writeTarget(only.from === null ? undefined : mirror, only), ...kept };
  }
  const now = readMirrors(rule);
  return {
    ...rest,
    mirrors: mirrors.map((one) => {
      const before = one.from === null ? undefined : (list?.[one.from] ?? (mirror === undefined ? undefined : { destination: mirror }));
      const destination = writeTarget(before?.destination, one);
      const untouched = one.from !== null && list !== undefined && now[one.from]?.percent === one.percent;
      return untouched ? { ...before, destination } : { ...before, destination, percentage: { value: one.percent } };
    }),
  };
}

function readCors({ corsPolicy }: HttpRule): RuleCors | null {
  if (corsPolicy === undefined) return null;
  const maxAge = corsPolicy.maxAge === undefined ? null : parseDurationMs(corsPolicy.maxAge);
  return {
    origins: [
      ...(corsPolicy.allowOrigins ?? []).map(({ exact, prefix, regex }) =>
        exact !== undefined
          ? { operator: 'exact' as const, value: exact }
          : prefix !== undefined
            ? { operator: 'prefix' as const, value: prefix }
            : { operator: 'regex' as const, value: regex ?? '' },
      ),
      ...(corsPolicy.allowOrigin ?? []).map((value) => ({ operator: 'exact' as const, value })),
    ],
    methods: corsPolicy.allowMethods ?? [],
    headers: corsPolicy.allowHeaders ?? [],
    expose: corsPolicy.exposeHeaders ?? [],
    maxAgeSeconds: maxAge === null ? null : maxAge / 1000,
    credentials: corsPolicy.allowCredentials ?? null,
  };
}

function writeCors(rule: HttpRule, cors: RuleCors | null): HttpRule {
  if (cors === null) return withField(rule, 'corsPolicy', undefined);
  const now = readCors(rule);
  let policy: NonNullable<HttpRule['corsPolicy']> = { ...rule.corsPolicy };
  const list = (values: readonly string[]) => (values.length === 0 ? undefined : [...values]);
  if (!sameJson(now?.origins, cors.origins)) {
    policy = withField(policy, 'allowOrigin', undefined);
    policy = withField(
      policy,
      'allowOrigins',
      cors.origins.length === 0 ? undefined : cors.origins.map(({ operator, value }) => ({ [operator]: value })),
    );
  }
  if (!sameJson(now?.methods, cors.methods)) policy = withField(policy, 'allowMethods', list(cors.methods));
  if (!sameJson(now?.headers, cors.headers)) policy = withField(policy, 'allowHeaders', list(cors.headers));
  if (!sameJson(now?.expose, cors.expose)) policy = withField(policy, 'exposeHeaders', list(cors.expose));
  if (now?.maxAgeSeconds !== cors.maxAgeSeconds)
    policy = withField(policy, 'maxAge', cors.maxAgeSeconds === null ? undefined : formatDuration(cors.maxAgeSeconds * 1000));
  if (now?.credentials !== cors.credentials) policy = withField(policy, 'allowCredentials', cors.credentials ?? undefined);
  return { ...rule, corsPolicy: policy };
}

function readHeaders(rule: HttpRule, side: 'request' | 'response'): HeaderChanges | null {
  const changes = rule.headers?.[side];
  if (changes === undefined) return null;
  return { set: Object.entries(changes.set ?? {}), add: Object.entries(changes.add ?? {}), remove: changes.remove ?? [] };
}

function writeHeaders(rule: HttpRule, side: 'request' | 'response', changes: HeaderChanges | null): HttpRule {
  const empty = changes === null || (changes.set.length === 0 && changes.add.length === 0 && changes.remove.length === 0);
  const entries = (list: readonly [string, string][]) => (list.length === 0 ? undefined : Object.fromEntries(list));
  let next: NonNullable<NonNullable<HttpRule['headers']>['request']> = { ...rule.headers?.[side] };
  if (!empty) {
    next = withField(next, 'set', entries(changes.set));
    next = withField(next, 'add', entries(changes.add));
    next = withField(next, 'remove', changes.remove.length === 0 ? undefined : [...changes.remove]);
  }
  const headers = withField({ ...rule.headers }, side, empty ? undefined : next);
  return withField(rule, 'headers', Object.keys(headers).length === 0 ? undefined : headers);
}

function readRewrite({ rewrite }: HttpRule): RuleRewrite | null {
  if (rewrite === undefined) return null;
  const { uri, uriRegexRewrite: pattern, authority } = rewrite;
  const path: RuleRewrite['path'] =
    pattern !== undefined
      ? { mode: 'regex', match: pattern.match ?? '', value: pattern.rewrite ?? '' }
      : uri === undefined
        ? null
        : { mode: 'prefix', value: uri };
  return { path, host: authority ?? null };
}

function writeRewrite(rule: HttpRule, rewrite: RuleRewrite | null): HttpRule {
  let next: NonNullable<HttpRule['rewrite']> = { ...rule.rewrite };
  const path = rewrite?.path ?? null;
  next = withField(next, 'uri', path === null || path.mode === 'regex' ? undefined : path.value);
  next = withField(
    next,
    'uriRegexRewrite',
    path?.mode === 'regex' ? { ...rule.rewrite?.uriRegexRewrite, match: path.match, rewrite: path.value } : undefined,
  );
  next = withField(next, 'authority', rewrite?.host ?? undefined);
  return withField(rule, 'rewrite', rewrite === null || Object.keys(next).length === 0 ? undefined : next);
}

function readRedirect({ redirect }: HttpRule): RuleRedirect | null {
  if (redirect === undefined) return null;
  const path = redirect.uri === undefined ? redirect.prefixRewrite : redirect.uri;
  return {
    scheme: redirect.scheme ?? null,
    host: redirect.authority ?? null,
    path: path === undefined ? null : { mode: redirect.uri === undefined ? 'prefix' : 'full', value: path },
    port: redirect.port ?? null,
    code: redirect.redirectCode ?? null,
  };
}

function writeRedirect(rule: HttpRule, redirect: RuleRedirect | null): HttpRule {
  if (redirect === null) return withField(rule, 'redirect', undefined);
  let next: NonNullable<HttpRule['redirect']> = { ...rule.redirect };
  next = withField(next, 'scheme', redirect.scheme ?? undefined);
  next = withField(next, 'authority', redirect.host ?? undefined);
  next = withField(next, 'uri', redirect.path?.mode === 'full' ? redirect.path.value : undefined);
  next = withField(next, 'prefixRewrite', redirect.path?.mode === 'prefix' ? redirect.path.value : undefined);
  next = withField(next, 'port', redirect.port ?? undefined);
  next = withField(next, 'redirectCode', redirect.code ?? undefined);
  // A rule redirects or routes, never both.
  return { ...withField(rule, 'route', undefined), redirect: next };
}

const table: FacetTable<HttpRule> = {
  matches: {
    read: (rule) => (rule.match ?? []).map(readMatch),
    write: (rule, matches) =>
      withField(rule, 'match', writeAlternatives(rule.match ?? [], matches, { read: readMatch, write: writeMatch, empty: {} })),
  },
  destinations: { read: readDestinations, write: writeDestinations },
  fault: { read: readFault, write: writeFault },
  timeoutMs: {
    read: (rule) => positiveMs(rule.timeout),
    write: (rule, ms) => withField(rule, 'timeout', ms === null ? undefined : formatDuration(ms)),
  },
  retries: { read: readRetries, write: writeRetries },
  mirrors: { read: readMirrors, write: writeMirrors },
  cors: { read: readCors, write: writeCors },
  requestHeaders: { read: (rule) => readHeaders(rule, 'request'), write: (rule, value) => writeHeaders(rule, 'request', value) },
  responseHeaders: { read: (rule) => readHeaders(rule, 'response'), write: (rule, value) => writeHeaders(rule, 'response', value) },
  rewrite: { read: readRewrite, write: writeRewrite },
  redirect: { read: readRedirect, write: writeRedirect },
};

/** The rules of `spec.http` of a VirtualService, part by part. */
export const virtualServiceRules = makeRuleEditor<HttpRule>(
  {
    kind: 'VirtualService',
    conditions: virtualServiceConditions,
    redirectModes: ['prefix', 'full'],
    rewriteModes: ['prefix', 'regex'],
    action: (rule) =>
      rule.redirect !== undefined
        ? 'redirect'
        : rule.directResponse !== undefined
          ? 'direct'
          : rule.delegate !== undefined
            ? 'delegate'
            : 'route',
    name: (rule) => rule.name ?? null,
  },
  table,
);
