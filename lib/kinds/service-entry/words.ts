import { sayWords, wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { ServiceEntry } from './schema';

const say = wordsOf({
  service_entry: '{hosts}: {location, select, MESH_INTERNAL {part of the mesh} other {outside of the mesh}}, ports {ports}.',
  service_entry_resolution:
    '{resolution, select, NONE {Connections go to the address that the client dials.} STATIC {Its endpoints are {endpoints}.} other {Its endpoints are asked of DNS: {endpoints}.}}',
  service_entry_selects: 'Its endpoints are {who}.',
});

/** What a ServiceEntry does, in sentences. */
export function describeServiceEntry(object: ServiceEntry): Words[] {
  const { spec } = object;
  const ports = (spec.ports ?? []).map((port) => `${port.number} (${port.protocol ?? port.name})`).join(', ');
  const first = say('service_entry', { hosts: spec.hosts.join(', '), location: spec.location ?? 'MESH_EXTERNAL', ports });
  const selected = sayLabels(spec.workloadSelector?.labels);
  if (selected !== '') return [first, say('service_entry_selects', { who: sayWords('who_labels', { labels: selected }).text })];
  const endpoints = (spec.endpoints ?? []).map((one) => one.address ?? '').filter((address) => address !== '');
  const known = endpoints.length > 0 ? endpoints : spec.hosts;
  return [first, say('service_entry_resolution', { resolution: spec.resolution ?? 'NONE', endpoints: known.join(', ') })];
}
