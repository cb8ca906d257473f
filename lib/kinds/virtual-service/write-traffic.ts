import { formatDuration } from '@/lib/format';
import type { DestinationRule } from '../destination-rule';
import { editedRuleIndex, faultRuleName, fullHost, hostOf } from './choose-traffic-objects';
import { sameJson } from '../shared/json';
import { extraHeader, readTraffic, undividedRoute, withHeader } from './read-traffic';
import type { HttpRule, TrafficSource } from './read-traffic';
import type { VirtualService } from './schema';
import type { TrafficDestination, TrafficFault, TrafficSettings } from './traffic-settings';

/**
 * The objects that make `settings` true: only those that differ from the source, whole, everything else in them as it was
 * (`metadata.resourceVersion` included, so that a write fails when someone else wrote meanwhile).
 */
export function writeTraffic(source: TrafficSource, settings: TrafficSettings): (VirtualService | DestinationRule)[] {
  const now = readTraffic(source);
  const objects: (VirtualService | DestinationRule)[] = [];
  const shifted = !sameJson(now.destinations, settings.destinations) || (settings.configured && !now.configured);
  if (shifted) {
    const destinationRule = addSubsets(source, settings.destinations);
    if (destinationRule !== null) objects.push(destinationRule);
  }
  const virtualService = source.virtualService === null ? newVirtualService(source) : clone(source.virtualService);
  const http = (virtualService.spec.http ??= []);
  const index = editedRuleIndex(virtualService, source.service);
  const rule = index === null ? undefined : http[index];
  if (rule === undefined) return objects;
  if (shifted) rule.route = writeRoute(rule, source, settings.destinations, virtualService.metadata.namespace ?? 'default');
  if (now.timeoutMs !== settings.timeoutMs) {
    if (settings.timeoutMs === null) delete rule.timeout;
    else rule.timeout = formatDuration(settings.timeoutMs);
  }
  if (!sameJson(now.retries, settings.retries)) writeRetries(rule, settings);
  if (!sameJson(now.fault, settings.fault)) {
    if (now.fault !== null) removeFault(http, rule, now.fault);
    if (settings.fault !== null && (settings.fault.delay !== null || settings.fault.abort !== null)) addFault(http, rule, settings.fault);
  }
  syncFaultRule(http, rule);
  if (!sameJson(virtualService, source.virtualService) && (source.virtualService !== null || !sameJson(now, settings))) {
    objects.push(virtualService);
  }
  return objects;
}

function clone<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function newVirtualService({ service }: TrafficSource): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: service.name, namespace: service.namespace },
    spec: { hosts: [service.name], http: [{ route: [{ destination: { host: service.name } }] }] },
  };
}

/** The DestinationRule with every subset that gets requests; `null` when it has them already. */
function addSubsets(source: TrafficSource, destinations: readonly TrafficDestination[]): DestinationRule | null {
  const { service } = source;
  const rule: DestinationRule =
    source.destinationRule === null
      ? {
          apiVersion: 'networking.istio.io/v1',
          kind: 'DestinationRule',
          metadata: { name: service.name, namespace: service.namespace },
          spec: { host: service.name },
        }
      : clone(source.destinationRule);
  const subsets = (rule.spec.subsets ??= []);
  const namespace = source.virtualService?.metadata.namespace ?? service.namespace;
  const host = hostOf(service);
  let added = false;
  for (const { subset, weight, host: asked } of destinations) {
    if (subset === null || weight === 0 || fullHost(asked, namespace) !== host || subsets.some((one) => one.name === subset)) continue;
    const labels = source.versions.find((one) => one.version === subset)?.labels ?? { version: subset };
    subsets.push({ name: subset, labels });
    added = true;
  }
  return added ? rule : null;
}

function writeRoute(
  rule: HttpRule,
  source: TrafficSource,
  destinations: readonly TrafficDestination[],
  namespace: string,
): NonNullable<HttpRule['route']> {
  const existing = rule.route ?? [];
  // A destination for the service as a whole is divided into its subsets, each with the headers the whole had.
  const whole = undividedRoute(rule, source);
  const key = (one: { host: string; subset?: string | null; port?: number | null }) =>
    `${fullHost(one.host, namespace)}|${one.subset ?? ''}|${one.port ?? ''}`;
  const byKey = new Map(
    existing.map((one) => [
      key({ host: one.destination.host, subset: one.destination.subset ?? null, port: one.destination.port?.number ?? null }),
      one,
    ]),
  );
  return destinations.flatMap((destination) => {
    const before = byKey.get(key(destination));
    // What was there stays, with its headers, also at weight 0; what never got requests is not added.
    if (before !== undefined) return [{ ...before, weight: destination.weight }];
    if (destination.weight === 0) return [];
    return [
      {
        destination: {
          host: destination.host === '' ? source.service.name : destination.host,
          ...(destination.subset === null ? {} : { subset: destination.subset }),
          ...(destination.port === null ? {} : { port: { number: destination.port } }),
        },
        weight: destination.weight,
        ...(whole?.headers === undefined ? {} : { headers: whole.headers }),
      },
    ];
  });
}

function writeRetries(rule: HttpRule, { retries }: TrafficSettings): void {
  if (retries === null) {
    delete rule.retries;
    return;
  }
  const { perTryTimeout: _timeout, retryOn: _on, ...kept } = rule.retries ?? {};
  rule.retries = {
    ...kept,
    attempts: retries.attempts,
    ...(retries.perTryTimeoutMs === null ? {} : { perTryTimeout: formatDuration(retries.perTryTimeoutMs) }),
    ...(retries.retryOn === null ? {} : { retryOn: retries.retryOn }),
  };
}

function ruleWithHeader(http: readonly HttpRule[], rule: HttpRule, header: { name: string; value: string }): HttpRule | undefined {
  return http.slice(0, http.indexOf(rule)).find((one) => sameJson(extraHeader(one, rule), header));
}

function removeFault(http: HttpRule[], rule: HttpRule, fault: TrafficFault): void {
  const holder = fault.header === null ? rule : ruleWithHeader(http, rule, fault.header);
  if (holder === undefined) return;
  if (holder.name === faultRuleName) {
    http.splice(http.indexOf(holder), 1);
    return;
  }
  const { delay, abort, ...rest } = holder.fault ?? {};
  // Only what the editor shows is its to remove: a gRPC abort or an exponential delay stays.
  const kept = {
    ...rest,
    ...(delay !== undefined && delay.fixedDelay === undefined ? { delay } : {}),
    ...(abort !== undefined && abort.httpStatus === undefined ? { abort } : {}),
  };
  if (Object.keys(kept).length === 0) delete holder.fault;
  else holder.fault = kept;
}

function addFault(http: HttpRule[], rule: HttpRule, fault: TrafficFault): void {
  let holder = fault.header === null ? rule : ruleWithHeader(http, rule, fault.header);
  if (holder === undefined && fault.header !== null) {
    holder = { ...clone(rule), name: faultRuleName, match: withHeader(rule, fault.header) };
    http.splice(http.indexOf(rule), 0, holder);
  }
  if (holder === undefined) return;
  holder.fault = {
    ...holder.fault,
    ...(fault.delay === null ? {} : { delay: { fixedDelay: formatDuration(fault.delay.ms), percentage: { value: fault.delay.percent } } }),
    ...(fault.abort === null ? {} : { abort: { httpStatus: fault.abort.status, percentage: { value: fault.abort.percent } } }),
  };
}

/** The rule that holds a fault for one header must otherwise do what the edited one does. */
function syncFaultRule(http: HttpRule[], rule: HttpRule): void {
  const index = http.findIndex((one) => one.name === faultRuleName && extraHeader(one, rule) !== null);
  const holder = http[index];
  if (holder === undefined) return;
  const { fault: _fault, name: _name, match: _match, ...same } = clone(rule);
  http[index] = {
    ...same,
    name: faultRuleName,
    ...(holder.match === undefined ? {} : { match: holder.match }),
    ...(holder.fault === undefined ? {} : { fault: holder.fault }),
  };
}
