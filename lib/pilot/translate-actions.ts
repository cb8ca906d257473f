import { grpcStatuses } from '@/lib/kinds/virtual-service';
import { filterNames, typeUrls } from '@/lib/xds';
import { isPositive, parseDuration } from './duration';
import { stringMatcher } from './translate-match';
import type {
  FractionalPercent,
  HashPolicy,
  HeaderMutations,
  HeaderValueOption,
  PerFilterConfigs,
  RedirectAction,
  RedirectResponseCode,
  RetryPolicy,
} from '@/lib/xds';
import type { EffectivePolicy } from './resolve-traffic-policy';
import type { HttpRetry } from './mesh-settings';
import type { HttpRouteSpec } from './route-model';

const defaultRetryOn = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';

const previousHosts: NonNullable<RetryPolicy['retry_host_predicate']>[number] = {
  name: 'envoy.retry_host_predicates.previous_hosts',
  typed_config: {
    '@type': 'heddle.dev/opaque',
    type_url: 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
    value: new Uint8Array(),
  },
};

/** The retry policy of a route; with a hash policy the same host is asked again (istio.md §1.14). `undefined`: no retries. */
export function retryPolicy(retries: HttpRetry | undefined, hashed: boolean, retryCodes: readonly number[] = []): RetryPolicy | undefined {
  const policy: RetryPolicy = { retry_on: defaultRetryOn, num_retries: { value: 2 }, host_selection_retry_max_attempts: 5 };
  if (!hashed) policy.retry_host_predicate = [previousHosts];
  if (retries === undefined) return policy;
  if ((retries.attempts ?? 0) <= 0) return undefined;
  policy.num_retries = { value: retries.attempts ?? 0 };
  if (retries.retryOn !== undefined && retries.retryOn !== '') {
    const { words, codes } = splitRetryOn(retries.retryOn);
    policy.retry_on = words.join(',');
    if (codes.length > 0) policy.retriable_status_codes = codes;
  }
  if (retryCodes.length > 0) policy.retriable_status_codes = [...retryCodes];
  const perTry = parseDuration(retries.perTryTimeout);
  if (isPositive(perTry)) policy.per_try_timeout = perTry;
  const backOff = parseDuration(retries.backoff);
  if (isPositive(backOff)) policy.retry_back_off = { base_interval: backOff };
  if (retries.retryIgnorePreviousHosts === false) {
    delete policy.retry_host_predicate;
    delete policy.host_selection_retry_max_attempts;
  }
  if (retries.retryRemoteLocalities === true) {
    policy.retry_priority = {
      name: 'envoy.retry_priorities.previous_priorities',
      typed_config: {
        '@type': 'heddle.dev/opaque',
        type_url: 'type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
        // Field 1, update_frequency: 2.
        value: new Uint8Array([0x08, 0x02]),
      },
    };
  }
  return policy;
}

/** Status codes in `retryOn` become retriable status codes, and need the condition of that name. */
function splitRetryOn(text: string): { words: string[]; codes: number[] } {
  const words: string[] = [];
  const codes: number[] = [];
  for (const part of text.split(',').map((item) => item.trim())) {
    if (part === '') continue;
    if (/^[1-5]\d\d$/.test(part)) codes.push(Number(part));
    else words.push(part);
  }
  if (codes.length > 0 && !words.includes('retriable-status-codes')) words.push('retriable-status-codes');
  return { words, codes };
}

/** A percentage as Istio makes it: parts of a million, the smallest 0.0001 %. */
export function fractionalPercent(percent: number): FractionalPercent {
  return { numerator: Math.floor(percent * 10_000 + 1e-6), denominator: 'MILLION' };
}

/** Names that are the request's host in header operations. */
function isHostHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'host' || lower === ':authority';
}

type Operations = NonNullable<HttpRouteSpec['headers']>;

/** Header changes of a route or destination: `set` (sorted), then `add` (sorted), then `remove`. */
export function headerMutations(headers: Operations | undefined): { mutations: HeaderMutations; host: string | undefined } {
  const mutations: HeaderMutations = {};
  if (headers === undefined) return { mutations, host: undefined };
  const requestAdds = headerValues(headers.request);
  const responseAdds = headerValues(headers.response);
  const requestRemoves = (headers.request?.remove ?? []).filter((name) => !name.startsWith(':') && !isHostHeader(name));
  const responseRemoves = (headers.response?.remove ?? []).filter((name) => !name.startsWith(':'));
  if (requestAdds.length > 0) mutations.request_headers_to_add = requestAdds;
  if (requestRemoves.length > 0) mutations.request_headers_to_remove = requestRemoves;
  if (responseAdds.length > 0) mutations.response_headers_to_add = responseAdds;
  if (responseRemoves.length > 0) mutations.response_headers_to_remove = responseRemoves;
  const named = [...Object.entries(headers.request?.set ?? {}), ...Object.entries(headers.request?.add ?? {})];
  return { mutations, host: named.find(([name]) => isHostHeader(name))?.[1] };
}

function headerValues(operations: Operations['request'] | undefined): HeaderValueOption[] {
  const sorted = (values: Record<string, string> | undefined): [string, string][] =>
    Object.entries(values ?? {})
      .filter(([name]) => !isHostHeader(name))
      .sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    ...sorted(operations?.set).map(([key, value]): HeaderValueOption => ({
      header: { key, value },
      append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
    })),
    ...sorted(operations?.add).map(([key, value]): HeaderValueOption => ({
      header: { key, value },
      append_action: 'APPEND_IF_EXISTS_OR_ADD',
    })),
  ];
}

/** Fault and CORS, which Envoy takes as per-route settings of their filters. `origin` feeds the reasons. */
export function perFilterConfigs(rule: HttpRouteSpec): PerFilterConfigs | undefined {
  const configs: PerFilterConfigs = {};
  const fault = faultOf(rule.fault);
  if (fault !== undefined) configs[filterNames.fault] = fault;
  if (rule.corsPolicy !== undefined) configs[filterNames.cors] = corsOf(rule.corsPolicy);
  return Object.keys(configs).length === 0 ? undefined : configs;
}

function faultOf(fault: HttpRouteSpec['fault']): PerFilterConfigs[string] | undefined {
  if (fault === undefined) return undefined;
  const delay = parseDuration(fault.delay?.fixedDelay);
  const delayPercent = fault.delay?.percentage?.value ?? fault.delay?.percent ?? 0;
  const abort = fault.abort;
  const abortPercent = fractionalPercent(abort?.percentage?.value ?? 0);
  const status =
    abort?.httpStatus !== undefined && abort.httpStatus > 0
      ? { http_status: abort.httpStatus }
      : abort?.grpcStatus === undefined
        ? undefined
        : { grpc_status: grpcStatus(abort.grpcStatus) };
  if (delay === undefined && status === undefined) return undefined;
  return {
    '@type': typeUrls.fault,
    ...(delay === undefined ? {} : { delay: { fixed_delay: delay, percentage: fractionalPercent(delayPercent) } }),
    ...(status === undefined ? {} : { abort: { ...status, percentage: abortPercent } }),
  };
}

function grpcStatus(name: string): number {
  const index = grpcStatuses.indexOf(name.toUpperCase());
  if (index === -1) throw new Error(`gRPC status "${name}" is not supported`);
  return index;
}

function corsOf(cors: NonNullable<HttpRouteSpec['corsPolicy']>): PerFilterConfigs[string] {
  const origins = (cors.allowOrigins ?? []).flatMap((origin) => stringMatcher(origin) ?? []);
  const legacy = (cors.allowOrigin ?? []).map((origin) => (origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin }));
  const age = parseDuration(cors.maxAge);
  const list = (items: readonly string[] | undefined): string => (items ?? []).join(',');
  return {
    '@type': typeUrls.corsPolicy,
    allow_origin_string_match: origins.length > 0 ? origins : legacy,
    ...(list(cors.allowMethods) === '' ? {} : { allow_methods: list(cors.allowMethods) }),
    ...(list(cors.allowHeaders) === '' ? {} : { allow_headers: list(cors.allowHeaders) }),
    ...(list(cors.exposeHeaders) === '' ? {} : { expose_headers: list(cors.exposeHeaders) }),
    ...(age === undefined ? {} : { max_age: String(age.seconds) }),
    ...(cors.allowCredentials === undefined ? {} : { allow_credentials: { value: cors.allowCredentials } }),
    filter_enabled: { default_value: { numerator: 100, denominator: 'HUNDRED' } },
    forward_not_matching_preflights: { value: cors.unmatchedPreflights !== 'IGNORE' },
  };
}

const redirectCodes: Record<number, RedirectResponseCode> = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
};

/** A redirect. The default port of the scheme goes without saying: Envoy would write into Location whatever port it is given. */
export function redirectAction(redirect: NonNullable<HttpRouteSpec['redirect']>, listenPort: number, isTls: boolean): RedirectAction {
  const code = redirectCodes[redirect.redirectCode ?? 301];
  if (code === undefined) throw new Error(`Redirect code ${redirect.redirectCode} is not one of 301, 302, 303, 307, 308`);
  const action: RedirectAction = { response_code: code };
  if (redirect.authority !== undefined && redirect.authority !== '') action.host_redirect = redirect.authority;
  if (redirect.scheme !== undefined && redirect.scheme !== '') action.scheme_redirect = redirect.scheme;
  if (redirect.prefixRewrite !== undefined && redirect.prefixRewrite !== '') action.prefix_rewrite = redirect.prefixRewrite;
  else if (redirect.uri !== undefined && redirect.uri !== '') action.path_redirect = redirect.uri;
  const scheme = action.scheme_redirect ?? (isTls ? 'https' : 'http');
  const port = redirect.port ?? (redirect.derivePort === 'FROM_REQUEST_PORT' ? listenPort : 0);
  if (port > 0 && !(scheme === 'http' && port === 80) && !(scheme === 'https' && port === 443)) action.port_redirect = port;
  return action;
}

/** What a consistent-hash balancer hashes, as a route's policy. */
export function hashPolicy(balancer: EffectivePolicy['loadBalancer']): HashPolicy | undefined {
  const hash = balancer?.consistentHash;
  if (hash === undefined) return undefined;
  if (hash.httpHeaderName !== undefined && hash.httpHeaderName !== '') return { header: { header_name: hash.httpHeaderName } };
  if (hash.httpCookie !== undefined) {
    const ttl = parseDuration(hash.httpCookie.ttl);
    return {
      cookie: {
        name: hash.httpCookie.name,
        ...(ttl === undefined ? {} : { ttl }),
        ...(hash.httpCookie.path === undefined ? {} : { path: hash.httpCookie.path }),
        ...(hash.httpCookie.attributes === undefined
          ? {}
          : { attributes: hash.httpCookie.attributes.map(({ name, value }) => (value === undefined ? { name } : { name, value })) }),
      },
    };
  }
  if (hash.useSourceIp === true) return { connection_properties: { source_ip: true } };
  if (hash.httpQueryParameterName !== undefined && hash.httpQueryParameterName !== '') {
    return { query_parameter: { name: hash.httpQueryParameterName } };
  }
  return undefined;
}
