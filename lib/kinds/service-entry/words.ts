import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { ServiceEntry } from './schema';

/** What a ServiceEntry does, in sentences. */
export function describeServiceEntry(object: ServiceEntry): Words[] {
  const { spec } = object;
  const ports = (spec.ports ?? []).map((port) => `${port.number} (${port.protocol ?? port.name})`).join(', ');
  const first = sayWords('service_entry', { hosts: spec.hosts.join(', '), location: spec.location ?? 'MESH_EXTERNAL', ports });
  const selected = sayLabels(spec.workloadSelector?.labels);
  if (selected !== '') return [first, sayWords('service_entry_selects', { who: sayWords('who_labels', { labels: selected }).text })];
  const endpoints = (spec.endpoints ?? []).map((one) => one.address ?? '').filter((address) => address !== '');
  const known = endpoints.length > 0 ? endpoints : spec.hosts;
  return [first, sayWords('service_entry_resolution', { resolution: spec.resolution ?? 'NONE', endpoints: known.join(', ') })];
}
