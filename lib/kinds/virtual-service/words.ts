import { formatDuration } from '@/lib/format';
import { sayWords, wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sameJson } from '../shared/json';
import type { HttpRule } from './read-traffic';
import type { VirtualService } from './schema';
import type { TrafficDestination, TrafficFault, TrafficRetries, TrafficSettings } from './traffic-settings';

const say = wordsOf({
  route_delegate: '{match} are decided by VirtualService {target}.',
  fault_delay: '{percent} % of them wait {delay} first.',
  fault_abort: '{percent} % of them fail with status {status}.',
  retries_off: 'A failed request is not tried again.',
  rewrite_pattern: 'What {match} finds in their path becomes {value}.',
  hosts_through: 'It decides for {hosts}, coming from {gateways}.',
  hosts_delegate: 'It decides what other VirtualServices delegate to it.',
  connections_some: 'Connections where {conditions}',
  change_weight: 'Requests to {service}: {destination} from {before} % to {after} %.',
  change_retries_set:
    '{attempts, plural, =0 {A failed request to {service} is not tried again.} one {A failed request to {service} is tried again once{each}.} other {A failed request to {service} is tried again up to # times{each}.}}',
  change_fault_delay_set: '{percent} % of {who} to {service} wait {delay}.',
  change_fault_delay_removed: 'Requests to {service} are no longer delayed.',
  change_fault_abort_set: '{percent} % of {who} to {service} fail with status {status}.',
  change_fault_abort_removed: 'Requests to {service} no longer fail on purpose.',
  change_timeout_set: 'A request to {service} fails after {timeout}.',
  change_timeout_removed: 'Requests to {service} have no timeout of their own.',
  change_retries_removed: 'Retries of requests to {service} go back to the default of the mesh.',
});

type StringMatch = { exact?: string | undefined; prefix?: string | undefined; regex?: string | undefined };

function condition(what: string, match: StringMatch | undefined): string[] {
  if (match === undefined) return [];
  if (match.exact !== undefined) return [`${what} is ${match.exact}`];
  if (match.prefix !== undefined) return [`${what} starts with ${match.prefix}`];
  if (match.regex !== undefined) return [`${what} matches ${match.regex}`];
  return [`${what} is there`];
}

/** The conditions of a rule, as one phrase; `null` when it takes every request. */
function conditionsOf(rule: HttpRule): string | null {
  const alternatives = (rule.match ?? []).map((match) => [
    ...condition('path', match.uri),
    ...condition('method', match.method),
    ...condition('host', match.authority),
    ...condition('scheme', match.scheme),
    ...Object.entries(match.headers ?? {}).flatMap(([name, value]) => condition(`header ${name}`, value)),
    ...Object.entries(match.withoutHeaders ?? {}).map(([name, value]) => `not (${condition(`header ${name}`, value).join('')})`),
    ...Object.entries(match.queryParams ?? {}).flatMap(([name, value]) => condition(`query ${name}`, value)),
    ...(match.port === undefined ? [] : [`port is ${match.port}`]),
    ...(match.sourceNamespace === undefined ? [] : [`caller is in ${match.sourceNamespace}`]),
    ...Object.entries(match.sourceLabels ?? {}).map(([name, value]) => `caller has ${name}=${value}`),
  ]);
  if (alternatives.length === 0 || alternatives.some((one) => one.length === 0)) return null;
  return alternatives.map((one) => one.join(' and ')).join(', or ');
}

/** `reviews v2`: how a destination is called in a sentence. */
function nameOf(destination: {
  host: string;
  subset?: string | null | undefined;
  port?: { number?: number | undefined } | number | null | undefined;
}): string {
  const port = typeof destination.port === 'object' ? destination.port?.number : destination.port;
  return `${destination.host}${destination.subset ? ` ${destination.subset}` : ''}${port === undefined || port === null ? '' : `:${port}`}`;
}

function each(perTry: string | undefined): string {
  return perTry === undefined ? '' : `, ${perTry} each`;
}

/** One rule of a VirtualService in sentences. */
export function describeRule(rule: HttpRule): Words[] {
  const conditions = conditionsOf(rule);
  const match = conditions === null ? sayWords('match_all').text : sayWords('match_some', { conditions }).text;
  const sentences: Words[] = [];
  const route = (rule.route ?? []).filter((one, _, all) => all.length === 1 || (one.weight ?? 0) > 0);
  const [only] = route;
  if (rule.redirect !== undefined) {
    sentences.push(sayWords('route_redirect', { match, target: `${rule.redirect.authority ?? ''}${rule.redirect.uri ?? ''}` || '/' }));
  } else if (rule.directResponse !== undefined) {
    sentences.push(sayWords('route_direct', { match, status: rule.directResponse.status }));
  } else if (rule.delegate !== undefined) {
    sentences.push(say('route_delegate', { match, target: rule.delegate.name ?? '' }));
  } else if (route.length === 1 && only !== undefined) {
    sentences.push(sayWords('route_single', { match, destination: nameOf(only.destination) }));
  } else if (route.length > 1) {
    const total = route.reduce((sum, one) => sum + (one.weight ?? 0), 0);
    const share = (weight: number) => Number(((weight / total) * 100).toFixed(1));
    const destinations = route.map((one) => `${share(one.weight ?? 0)} % ${nameOf(one.destination)}`).join(', ');
    sentences.push(sayWords('route_split', { match, destinations }));
  }
  const { delay, abort } = rule.fault ?? {};
  if (delay?.fixedDelay !== undefined) {
    sentences.push(say('fault_delay', { percent: delay.percentage?.value ?? delay.percent ?? 100, delay: delay.fixedDelay }));
  }
  if (abort?.httpStatus !== undefined) {
    sentences.push(say('fault_abort', { percent: abort.percentage?.value ?? 100, status: abort.httpStatus }));
  }
  if (rule.timeout !== undefined && rule.timeout !== '0s') sentences.push(sayWords('timeout', { timeout: rule.timeout }));
  if (rule.retries !== undefined) {
    const { attempts = 0, perTryTimeout } = rule.retries;
    sentences.push(attempts === 0 ? say('retries_off') : sayWords('retries', { attempts, each: each(perTryTimeout) }));
  }
  const mirrors = rule.mirrors ?? (rule.mirror === undefined ? [] : [{ destination: rule.mirror, percentage: rule.mirrorPercentage }]);
  for (const mirror of mirrors) {
    sentences.push(sayWords('mirror', { percent: mirror.percentage?.value ?? 100, destination: nameOf(mirror.destination) }));
  }
  if (rule.rewrite?.uri !== undefined) sentences.push(sayWords('rewrite', { what: 'path', value: rule.rewrite.uri }));
  const { uriRegexRewrite: pattern } = rule.rewrite ?? {};
  if (pattern !== undefined) sentences.push(say('rewrite_pattern', { match: pattern.match ?? '', value: pattern.rewrite ?? '' }));
  if (rule.rewrite?.authority !== undefined) sentences.push(sayWords('rewrite', { what: 'host', value: rule.rewrite.authority }));
  return sentences;
}

/** What a change of a service's settings does, a sentence each. */
export function describeTrafficChange(service: string, before: TrafficSettings, after: TrafficSettings): Words[] {
  const sentences = describeWeights(service, before, after);
  sentences.push(...describeFault(service, before.fault, after.fault));
  if (before.timeoutMs !== after.timeoutMs) {
    sentences.push(
      after.timeoutMs === null
        ? say('change_timeout_removed', { service })
        : say('change_timeout_set', { service, timeout: formatDuration(after.timeoutMs) }),
    );
  }
  if (!sameJson(before.retries, after.retries)) sentences.push(describeRetries(service, after.retries));
  return sentences;
}

function describeWeights(service: string, before: TrafficSettings, after: TrafficSettings): Words[] {
  const key = (one: TrafficDestination) => `${one.host}|${one.subset ?? ''}|${one.port ?? ''}`;
  const old = new Map(before.destinations.map((one) => [key(one), one]));
  const gone = before.destinations.filter((one) => one.weight > 0 && !after.destinations.some((other) => key(other) === key(one)));
  const rows = [...after.destinations, ...gone.map((one) => ({ ...one, weight: 0 }))];
  // A split that is not configured yet is news as a whole, even where it equals the even shares shown before.
  const news = after.configured && !before.configured && rows.filter((one) => one.weight > 0).length > 1;
  return rows.flatMap((one) => {
    const weight = old.get(key(one))?.weight ?? 0;
    if (weight === one.weight && !news) return [];
    const destination = one.subset ?? nameOf(one);
    return [say('change_weight', { service, destination, before: weight, after: one.weight })];
  });
}

function describeFault(service: string, before: TrafficFault | null, after: TrafficFault | null): Words[] {
  if (sameJson(before, after)) return [];
  const sentences: Words[] = [];
  const who = after?.header ? `requests with ${after.header.name}: ${after.header.value}` : 'requests';
  const moved = !sameJson(before?.header, after?.header);
  if (after?.delay && (moved || !sameJson(before?.delay, after.delay))) {
    sentences.push(say('change_fault_delay_set', { service, who, percent: after.delay.percent, delay: formatDuration(after.delay.ms) }));
  }
  if (after?.abort && (moved || !sameJson(before?.abort, after.abort))) {
    sentences.push(say('change_fault_abort_set', { service, who, percent: after.abort.percent, status: after.abort.status }));
  }
  if (before?.delay && !after?.delay) sentences.push(say('change_fault_delay_removed', { service }));
  if (before?.abort && !after?.abort) sentences.push(say('change_fault_abort_removed', { service }));
  return sentences;
}

function describeRetries(service: string, retries: TrafficRetries | null): Words {
  if (retries === null) return say('change_retries_removed', { service });
  const perTry = retries.perTryTimeoutMs === null ? undefined : formatDuration(retries.perTryTimeoutMs);
  return say('change_retries_set', { service, attempts: retries.attempts, each: each(perTry) });
}

/** What a VirtualService does, in sentences. */
export function describeVirtualService({ spec }: VirtualService): Words[] {
  const { hosts = [], gateways = ['mesh'], http = [], tcp = [], tls = [] } = spec;
  const first =
    hosts.length === 0
      ? say('hosts_delegate')
      : say('hosts_through', {
          hosts: hosts.join(', '),
          gateways: gateways.map((one) => (one === 'mesh' ? 'the mesh' : one)).join(', '),
        });
  const plain = [
    ...tls.map((rule) => ({ route: rule.route ?? [], conditions: rule.match.map((one) => `SNI is ${one.sniHosts.join(' | ')}`) })),
    ...tcp.map((rule) => ({
      route: rule.route ?? [],
      conditions: (rule.match ?? []).flatMap((one) => (one.port === undefined ? [] : [`port is ${one.port}`])),
    })),
  ];
  return [
    first,
    ...http.flatMap(describeRule),
    ...plain.flatMap(({ route, conditions }) => {
      const match =
        conditions.length === 0 ? sayWords('connections_all').text : say('connections_some', { conditions: conditions.join(', or ') }).text;
      const [only] = route;
      if (only === undefined) return [];
      if (route.length === 1) return [sayWords('route_single', { match, destination: nameOf(only.destination) })];
      return [
        sayWords('route_split', { match, destinations: route.map((one) => `${one.weight ?? 0} % ${nameOf(one.destination)}`).join(', ') }),
      ];
    }),
  ];
}
