import { formatDuration, parseDurationMs } from '@/lib/format';
import {
  filterOf,
  readBackends,
  readHeaderFilter,
  readMirrorFilters,
  withFilter,
  writeAlternatives,
  writeBackends,
  writeHeaderFilter,
  writeMirrorFilters,
} from '../shared/gateway-api-rules';
import type { HttpRouteFilter } from '../shared/gateway-api-parts';
import { sameJson, withField } from '../shared/json';
import { makeRuleEditor } from '../shared/rule-editor';
import type { FacetTable, PathChange, RuleCors, RuleRedirect, RuleRetries, RuleRewrite } from '../shared/rule-editor';
import { httpRouteConditions, readMatch, writeMatch } from './match-conditions';
import type { HTTPRouteSpec } from './schema';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];
type PathModifier = NonNullable<NonNullable<HttpRouteFilter['urlRewrite']>['path']>;

function positiveMs(text: string | undefined): number | null {
  const ms = text === undefined ? null : parseDurationMs(text);
  return ms !== null && ms > 0 ? ms : null;
}

function readPath(path: PathModifier | undefined): PathChange | null {
  if (path === undefined) return null;
  return path.type === 'ReplaceFullPath'
    ? { mode: 'full', value: path.replaceFullPath ?? '/' }
    : { mode: 'prefix', value: path.replacePrefixMatch ?? '/' };
}

function writePath(path: RuleRewrite['path']): PathModifier | undefined {
  // The Gateway API has no patterns here.
  if (path === null || path.mode === 'regex') return undefined;
  return path.mode === 'full'
    ? { type: 'ReplaceFullPath', replaceFullPath: path.value }
    : { type: 'ReplacePrefixMatch', replacePrefixMatch: path.value };
}

function readRewrite(rule: Rule): RuleRewrite | null {
  const rewrite = filterOf(rule, 'URLRewrite')?.urlRewrite;
  return rewrite === undefined ? null : { path: readPath(rewrite.path), host: rewrite.hostname ?? null };
}

function writeRewrite(rule: Rule, rewrite: RuleRewrite | null): Rule {
  if (rewrite === null) return withFilter(rule, 'URLRewrite', undefined);
  const before = filterOf(rule, 'URLRewrite');
  let next: NonNullable<HttpRouteFilter['urlRewrite']> = { ...before?.urlRewrite };
  next = withField(next, 'hostname', rewrite.host ?? undefined);
  if (!sameJson(readPath(next.path), rewrite.path)) next = withField(next, 'path', writePath(rewrite.path));
  return withFilter(rule, 'URLRewrite', { ...before, type: 'URLRewrite', urlRewrite: next });
}

function readRedirect(rule: Rule): RuleRedirect | null {
  const redirect = filterOf(rule, 'RequestRedirect')?.requestRedirect;
  if (redirect === undefined) return null;
  return {
    scheme: redirect.scheme ?? null,
    host: redirect.hostname ?? null,
    path: readPath(redirect.path),
    port: redirect.port ?? null,
    code: redirect.statusCode ?? null,
  };
}

function writeRedirect(rule: Rule, redirect: RuleRedirect | null): Rule {
  if (redirect === null) return withFilter(rule, 'RequestRedirect', undefined);
  const before = filterOf(rule, 'RequestRedirect');
  let next: NonNullable<HttpRouteFilter['requestRedirect']> = { ...before?.requestRedirect };
  next = withField(next, 'scheme', redirect.scheme === 'http' || redirect.scheme === 'https' ? redirect.scheme : undefined);
  next = withField(next, 'hostname', redirect.host ?? undefined);
  if (!sameJson(readPath(next.path), redirect.path)) next = withField(next, 'path', writePath(redirect.path));
  next = withField(next, 'port', redirect.port ?? undefined);
  next = withField(next, 'statusCode', redirect.code ?? undefined);
  // A rule that redirects sends nothing to backends.
  return withFilter(withField(rule, 'backendRefs', undefined), 'RequestRedirect', {
    ...before,
    type: 'RequestRedirect',
    requestRedirect: next,
  });
}

function readCors(rule: Rule): RuleCors | null {
  const cors = filterOf(rule, 'CORS')?.cors;
  if (cors === undefined) return null;
  return {
    origins: (cors.allowOrigins ?? []).map((value) => ({ operator: 'exact', value })),
    methods: cors.allowMethods ?? [],
    headers: cors.allowHeaders ?? [],
    expose: cors.exposeHeaders ?? [],
    maxAgeSeconds: cors.maxAge ?? null,
    credentials: cors.allowCredentials ?? null,
  };
}

function writeCors(rule: Rule, cors: RuleCors | null): Rule {
  if (cors === null) return withFilter(rule, 'CORS', undefined);
  const before = filterOf(rule, 'CORS');
  let next: NonNullable<HttpRouteFilter['cors']> = { ...before?.cors };
  const list = <Value>(values: readonly Value[]) => (values.length === 0 ? undefined : [...values]);
  next = withField(next, 'allowOrigins', list(cors.origins.map((one) => one.value)));
  // The API server refuses what is no method.
  next = withField(next, 'allowMethods', list(cors.methods) as typeof next.allowMethods);
  next = withField(next, 'allowHeaders', list(cors.headers));
  next = withField(next, 'exposeHeaders', list(cors.expose));
  next = withField(next, 'maxAge', cors.maxAgeSeconds === null ? undefined : Math.max(1, Math.round(cors.maxAgeSeconds)));
  next = withField(next, 'allowCredentials', cors.credentials ?? undefined);
  return withFilter(rule, 'CORS', { ...before, type: 'CORS', cors: next });
}

function readRetries({ retry, timeouts }: Rule): RuleRetries | null {
  if (retry === undefined) return null;
  return { attempts: retry.attempts ?? 1, perTryTimeoutMs: positiveMs(timeouts?.backendRequest), retryOn: null, codes: retry.codes ?? [] };
}

function writeRetries(rule: Rule, retries: RuleRetries | null): Rule {
  if (retries === null) return withField(rule, 'retry', undefined);
  const now = readRetries(rule);
  let retry = { ...rule.retry, attempts: retries.attempts };
  if (!sameJson(now?.codes ?? [], retries.codes ?? []))
    retry = withField(retry, 'codes', retries.codes === null || retries.codes.length === 0 ? undefined : [...retries.codes]);
  const next = { ...rule, retry };
  const was = positiveMs(rule.timeouts?.backendRequest);
  return was === retries.perTryTimeoutMs ? next : writeTimeout(next, 'backendRequest', retries.perTryTimeoutMs);
}

function writeTimeout(rule: Rule, field: 'request' | 'backendRequest', ms: number | null): Rule {
  const timeouts = withField({ ...rule.timeouts }, field, ms === null ? undefined : formatDuration(ms));
  return withField(rule, 'timeouts', Object.keys(timeouts).length === 0 ? undefined : timeouts);
}

const table: FacetTable<Rule> = {
  matches: {
    read: (rule) => {
      const matches = (rule.matches ?? []).map(readMatch);
      // What the API server writes for "every request" is an alternative without conditions.
      return matches.length === 1 && matches[0]?.length === 0 ? [] : matches;
    },
    write: (rule, matches) =>
      withField(rule, 'matches', writeAlternatives(rule.matches ?? [], matches, { read: readMatch, write: writeMatch, empty: {} })),
  },
  destinations: { read: readBackends, write: (rule, destinations) => writeBackends(rule, destinations) },
  timeoutMs: { read: (rule) => positiveMs(rule.timeouts?.request), write: (rule, ms) => writeTimeout(rule, 'request', ms) },
  retries: { read: readRetries, write: writeRetries },
  mirrors: { read: readMirrorFilters, write: (rule, mirrors) => writeMirrorFilters(rule, mirrors) },
  cors: { read: readCors, write: writeCors },
  requestHeaders: {
    read: (rule) => readHeaderFilter(rule, 'requestHeaders'),
    write: (rule, value) => writeHeaderFilter(rule, 'requestHeaders', value),
  },
  responseHeaders: {
    read: (rule) => readHeaderFilter(rule, 'responseHeaders'),
    write: (rule, value) => writeHeaderFilter(rule, 'responseHeaders', value),
  },
  rewrite: { read: readRewrite, write: writeRewrite },
  redirect: { read: readRedirect, write: writeRedirect },
};

/** The rules of an HTTPRoute, part by part. It has no faults. */
export const httpRouteRules = makeRuleEditor<Rule>(
  {
    kind: 'HTTPRoute',
    conditions: httpRouteConditions,
    redirectModes: ['prefix', 'full'],
    rewriteModes: ['prefix', 'full'],
    action: (rule) => (filterOf(rule, 'RequestRedirect') === undefined ? 'route' : 'redirect'),
    name: (rule) => rule.name ?? null,
  },
  table,
);
