import { formatLocality } from '@/lib/model';
import type { Locality, RegistryEndpoint } from '@/lib/model';
import type { LbEndpoint } from '@/lib/xds';
import type { OutboundCluster } from './build-outbound-clusters';
import type { LocalitySetting, MeshSettings } from './mesh-settings';
import type { ProxyNode } from './types';

/** Endpoints of one locality (and, once prioritised, of one priority). */
export interface LocalityGroup {
  locality: Locality;
  members: { source: RegistryEndpoint; built: LbEndpoint }[];
  weight: number;
  priority: number;
}

/**
 * Locality load balancing (istio.md §1.13): `distribute` sets the weights of localities; failover gives them priorities, but only
 * when outlier detection can tell that hosts are bad, or a Service's trafficDistribution forces it.
 */
export function prioritizeLocalities(
  mesh: MeshSettings,
  groups: LocalityGroup[],
  target: OutboundCluster,
  proxy: ProxyNode,
  proxyNode: string,
): LocalityGroup[] {
  const ordered = groups.sort((left, right) => compareText(formatLocality(left.locality), formatLocality(right.locality)));
  const own = target.policy.loadBalancer?.localityLbSetting;
  const distribution = target.service.trafficDistribution;
  if (own === undefined && distribution !== undefined) {
    if (distribution === 'PreferSameNode')
      return compress(splitByScore(ordered, (member) => (member.source.nodeName === proxyNode && proxyNode !== '' ? 0 : 1)));
    if (distribution === 'PreferClose' || distribution === 'PreferSameZone') return compress(byFailover(ordered, proxy.locality, []));
  }
  const setting: LocalitySetting | undefined = own === undefined ? mesh.localityLbSetting : own.enabled === false ? undefined : own;
  if (setting === undefined) return ordered;
  if (setting.distribute !== undefined && setting.distribute.length > 0) return distribute(ordered, proxy.locality, setting.distribute);
  if (target.policy.outlierDetection === undefined) return ordered;
  const labels = setting.failoverPriority ?? [];
  if (labels.length > 0) return compress(splitByScore(ordered, (member) => unmatchedLabels(member.source, proxy, labels)));
  return compress(byFailover(ordered, proxy.locality, setting.failover ?? []));
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** 0 same subzone, 1 same zone, 2 same region, 3 elsewhere; with a failover rule for the own region, other regions than its target 4. */
function byFailover(groups: LocalityGroup[], from: Locality, failover: NonNullable<LocalitySetting['failover']>): LocalityGroup[] {
  const rule = failover.find((entry) => entry.from === from.region);
  return groups.map((group) => {
    let priority = closeness(from, group.locality);
    if (priority === 3 && rule !== undefined && rule.to !== group.locality.region) priority = 4;
    return { ...group, priority };
  });
}

function closeness(from: Locality, to: Locality): number {
  if (from.region !== to.region) return 3;
  if (from.zone !== to.zone) return 2;
  return from.subZone === to.subZone ? 0 : 1;
}

/** How many labels from the first mismatch on; `key=value` asks the endpoint alone. */
function unmatchedLabels(endpoint: RegistryEndpoint, proxy: ProxyNode, labels: readonly string[]): number {
  for (const [index, label] of labels.entries()) {
    const equals = label.indexOf('=');
    const key = equals === -1 ? label : label.slice(0, equals);
    const wanted = equals === -1 ? valueOf(key, proxy.labels, proxy.locality) : label.slice(equals + 1);
    if (wanted !== valueOf(key, endpoint.labels, endpoint.locality)) return labels.length - index;
  }
  return 0;
}

function valueOf(key: string, labels: Readonly<Record<string, string>>, locality: Locality): string {
  switch (key) {
    case 'topology.kubernetes.io/region':
      return labels[key] ?? locality.region;
    case 'topology.kubernetes.io/zone':
      return labels[key] ?? locality.zone;
    case 'topology.istio.io/subzone':
      return labels[key] ?? locality.subZone;
    default:
      return labels[key] ?? '';
  }
}

function splitByScore(groups: readonly LocalityGroup[], score: (member: LocalityGroup['members'][number]) => number): LocalityGroup[] {
  return groups.flatMap((group) => {
    const parts = new Map<number, LocalityGroup>();
    for (const member of group.members) {
      const priority = score(member);
      const part = parts.get(priority) ?? { locality: group.locality, members: [], weight: 0, priority };
      parts.set(priority, part);
      part.members.push(member);
      part.weight += member.source.weight;
    }
    return [...parts.values()];
  });
}

/** Envoy wants priorities without gaps: 0, 2, 3 become 0, 1, 2. */
function compress(groups: LocalityGroup[]): LocalityGroup[] {
  const used = [...new Set(groups.map((group) => group.priority))].sort((left, right) => left - right);
  return groups
    .map((group) => ({ ...group, priority: used.indexOf(group.priority) }))
    .sort((left, right) => left.priority - right.priority);
}

/** The first `from` that covers the own locality says how much each locality gets; localities it does not name get nothing. */
function distribute(groups: LocalityGroup[], from: Locality, rules: NonNullable<LocalitySetting['distribute']>): LocalityGroup[] {
  const rule = rules.find((entry) => localityCovers(entry.from ?? '', from));
  if (rule === undefined) return groups;
  const weighted: LocalityGroup[] = [];
  const taken = new Set<LocalityGroup>();
  // The narrowest pattern claims a locality before a wider one does.
  const targets = Object.entries(rule.to ?? {}).sort(([left], [right]) => (left < right ? 1 : -1));
  for (const [pattern, share] of targets) {
    const matching = groups.filter((group) => !taken.has(group) && localityCovers(pattern, group.locality));
    const total = matching.reduce((sum, group) => sum + group.weight, 0);
    for (const group of matching) {
      taken.add(group);
      const weight = Math.ceil((share * group.weight) / Math.max(total, 1));
      if (share > 0) weighted.push({ ...group, weight });
    }
  }
  return weighted;
}

/** `region/zone/*`, `region/*`, `*`, or a whole locality. */
function localityCovers(pattern: string, locality: Locality): boolean {
  const wanted = pattern.split('/');
  const actual = [locality.region, locality.zone, locality.subZone];
  for (const [index, part] of wanted.entries()) {
    if (part === '*') return true;
    if (part !== (actual[index] ?? '')) return false;
  }
  return true;
}
