import type { KubernetesResource } from '@/lib/model';
import { readMatches } from './read-route-groups';
import type { RouteMatch } from './read-route-groups';

/** What a TrafficSplit becomes: one VirtualService or one HTTPRoute per split. */
export type ConversionTarget = 'VirtualService' | 'HTTPRoute';

export interface Conversion {
  objects: KubernetesResource[];
  /** What has no counterpart, or another meaning, and what to do about it; in the order of the objects. */
  notes: string[];
  /** How many TrafficSplits were converted. */
  converted: number;
}

interface Backend {
  service: string;
  weight: number;
}

const splitGroup = 'split.smi-spec.io/';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Weights of SMI's first versions are quantities: `500m` of `1` is a half. */
function readWeight(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(m?)$/.exec(value) : null;
  return match === null ? undefined : Number(match[1]) / (match[2] === 'm' ? 1000 : 1);
}

/** Whole numbers in the same proportions that add up to 100 (largest remainder); all zero stays zero. */
function toPercent(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, one) => total + one, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((one) => (one / sum) * 100);
  const floor = exact.map(Math.floor);
  let left = 100 - floor.reduce((total, one) => total + one, 0);
  const order = exact.map((one, index) => ({ index, rest: one - Math.floor(one) })).sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of order) {
    if (left === 0) break;
    floor[index] = (floor[index] ?? 0) + 1;
    left -= 1;
  }
  return floor;
}

/**
 * Converts the TrafficSplits among objects (SMI `split.smi-spec.io`, all versions), with the HTTPRouteGroups they match by. Everything
 * else is left alone. What has no counterpart is a note, never silence.
 */
export function convertTrafficSplit(objects: readonly KubernetesResource[], target: ConversionTarget): Conversion {
  const notes: string[] = [];
  const converted = objects
    .filter((one) => one.kind === 'TrafficSplit' && one.apiVersion.startsWith(splitGroup))
    .flatMap((split) => convertOne(split, objects, target, notes));
  for (const one of objects) {
    if (!/(^|\.)smi-spec\.io\//.test(one.apiVersion) || one.kind === 'TrafficSplit' || one.kind === 'HTTPRouteGroup') continue;
    notes.push(`${one.kind} ${one.metadata.name} is not converted${hintFor(one.kind)}.`);
  }
  return { objects: converted, notes, converted: converted.length };
}

function hintFor(kind: string): string {
  if (kind === 'TrafficTarget') return ': write an AuthorizationPolicy for the same service accounts';
  return kind === 'TCPRoute' || kind === 'UDPRoute' ? ': a split of it works on every connection of the service' : '';
}

function convertOne(
  split: KubernetesResource,
  objects: readonly KubernetesResource[],
  target: ConversionTarget,
  notes: string[],
): KubernetesResource[] {
  const { name } = split.metadata;
  const namespace = split.metadata.namespace ?? 'default';
  const spec = ((split as { spec?: unknown }).spec ?? {}) as { service?: unknown; backends?: unknown; matches?: unknown };
  const say = (text: string) => notes.push(`TrafficSplit ${namespace}/${name}: ${text}`);
  const host = textOf(spec.service);
  if (host === '') {
    say('it names no service, so there is nothing to route. It is left out.');
    return [];
  }
  const backends = readBackends(spec.backends, say);
  if (backends.length === 0) {
    say('it has no backends with a weight. It is left out.');
    return [];
  }
  const percents = toPercent(backends.map((one) => one.weight));
  if (backends.some((one, index) => one.weight !== percents[index])) {
    const shares = backends.map((one, index) => `${one.service} ${percents[index]} %`).join(', ');
    say(`its weights are proportions; they become ${shares}.`);
  }
  if (percents.every((one) => one === 0)) say('all weights are 0: SMI then sends nothing anywhere; here every request fails with 503.');
  if (backends.some((one) => one.service === host))
    say(
      `${host} is its own backend: its share goes to all pods the service ${host} selects, also to those of the other backends if it selects them too.`,
    );
  const matches = readMatches(spec.matches, objects, namespace, say);
  say(
    'SMI splits for clients anywhere; the new route applies to clients with a proxy of this mesh. Delete the TrafficSplit when its controller is gone.',
  );
  return [
    target === 'VirtualService'
      ? virtualService(name, namespace, host, backends, percents, matches)
      : httpRoute(name, namespace, host, backends, percents, matches, objects, say),
  ];
}

function readBackends(value: unknown, say: (text: string) => void): Backend[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  return list.flatMap((one): Backend[] => {
    const { service, weight } = (typeof one === 'object' && one !== null ? one : {}) as { service?: unknown; weight?: unknown };
    const read = weight === undefined ? 0 : readWeight(weight);
    if (textOf(service) === '' || read === undefined) {
      say(
        `a backend has ${textOf(service) === '' ? 'no service' : `the weight ${JSON.stringify(weight)}, which is no number`}. It is left out.`,
      );
      return [];
    }
    return [{ service: textOf(service), weight: read }];
  });
}

function virtualService(
  name: string,
  namespace: string,
  host: string,
  backends: readonly Backend[],
  percents: readonly number[],
  matches: readonly RouteMatch[],
): KubernetesResource {
  const route = backends.map((one, index) => ({ destination: { host: one.service }, weight: percents[index] ?? 0 }));
  const split = { name: 'split', ...(matches.length === 0 ? {} : { match: matches.map(toIstioMatch) }), route };
  // What does not match goes where it went before the split.
  const rest = matches.length === 0 ? [] : [{ name: 'rest', route: [{ destination: { host } }] }];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace },
    spec: { hosts: [host], http: [split, ...rest] },
  } as KubernetesResource;
}

function toIstioMatch({ path, methods, headers }: RouteMatch): Record<string, unknown> {
  return {
    ...(path === undefined ? {} : { uri: { regex: path } }),
    ...(methods.length === 0 ? {} : { method: methods.length === 1 ? { exact: methods[0] } : { regex: methods.join('|') } }),
    ...(Object.keys(headers).length === 0
      ? {}
      : { headers: Object.fromEntries(Object.entries(headers).map(([key, regex]) => [key, { regex }])) }),
  };
}

function httpRoute(
  name: string,
  namespace: string,
  host: string,
  backends: readonly Backend[],
  percents: readonly number[],
  matches: readonly RouteMatch[],
  objects: readonly KubernetesResource[],
  say: (text: string) => void,
): KubernetesResource {
  const portOf = (service: string): number => {
    const found = objects.find(
      (one) => one.kind === 'Service' && one.metadata.name === service && (one.metadata.namespace ?? 'default') === namespace,
    );
    const port = (found as { spec?: { ports?: { port?: number }[] } } | undefined)?.spec?.ports?.[0]?.port;
    if (port === undefined) say(`an HTTPRoute needs the port of ${service}, which SMI does not name: 80 is written, correct it.`);
    return port ?? 80;
  };
  const refs = backends.map((one, index) => ({ name: one.service, port: portOf(one.service), weight: percents[index] ?? 0 }));
  const split = { ...(matches.length === 0 ? {} : { matches: matches.flatMap(toGatewayMatches) }), backendRefs: refs };
  const rest = matches.length === 0 ? [] : [{ backendRefs: [{ name: host, port: portOf(host) }] }];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: { parentRefs: [{ group: '', kind: 'Service', name: host }], rules: [split, ...rest] },
  } as KubernetesResource;
}

/** The Gateway API has one method per match: several are several matches. */
function toGatewayMatches({ path, methods, headers }: RouteMatch): Record<string, unknown>[] {
  const common = {
    ...(path === undefined ? {} : { path: { type: 'RegularExpression', value: path } }),
    ...(Object.keys(headers).length === 0
      ? {}
      : { headers: Object.entries(headers).map(([key, value]) => ({ type: 'RegularExpression', name: key, value })) }),
  };
  return methods.length === 0 ? [common] : methods.map((method) => ({ ...common, method }));
}
