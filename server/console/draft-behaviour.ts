import type { AnyObject, Words } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { chooseTrafficObjects, describeTrafficChange, editedRuleIndex, fullHost, readTraffic, sameJson } from '@/lib/kinds/virtual-service';
import type { TrafficSettings } from '@/lib/kinds/virtual-service';
import { serviceHost } from '@/lib/model';
import type { Service } from '@/lib/model';
import type { ObjectRef } from '@/lib/contract';
import { versionsOf } from './describe-service';
import { sameRef, refOfObject } from './draft-object';
import { changedPaths } from './merge-three-way';
import type { Cluster } from './watch-cluster';

/** The traffic settings of a service under the live objects and under the draft. */
export interface ServiceDraft {
  service: Service;
  before: TrafficSettings;
  after: TrafficSettings;
}

interface Draft {
  objects: readonly AnyObject[];
  deletes: readonly ObjectRef[];
}

/** Live objects with the draft laid over them. */
function overlay<Kind extends VirtualService | DestinationRule>(live: readonly Kind[], draft: Draft, kind: string): Kind[] {
  const drafted = draft.objects.filter((one) => one.kind === kind);
  const replaced = [...drafted.map(refOfObject), ...draft.deletes];
  const kept = live.filter((one) => !replaced.some((ref) => sameRef({ ...ref, group: '' }, { ...refOfObject(one), group: '' })));
  // The API server has accepted the draft (dry run) before its shape is relied on.
  return [...kept, ...(drafted as unknown as Kind[])];
}

/** Services whose settings differ between now and the draft. */
export function draftedServices(cluster: Cluster, draft: Draft): ServiceDraft[] {
  const now = {
    virtualServices: cluster.virtualServices(),
    destinationRules: cluster.destinationRules(),
    httpRoutes: cluster.httpRoutes(),
  };
  const then = {
    ...now,
    virtualServices: overlay(now.virtualServices, draft, 'VirtualService'),
    destinationRules: overlay(now.destinationRules, draft, 'DestinationRule'),
  };
  return cluster.services().flatMap((service) => {
    const target = { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name };
    const known = versionsOf(service, cluster);
    const versions = known.map(({ version }) => ({ version, labels: { version } }));
    const read = (objects: typeof now) => {
      const { virtualService, destinationRule } = chooseTrafficObjects(target, objects);
      return readTraffic({ service: target, virtualService, destinationRule, versions });
    };
    const before = read(now);
    const after = read(then);
    return sameJson(before, after) ? [] : [{ service, before, after }];
  });
}

/** Sentences for the services' settings, and for every object that no such sentence speaks of. */
export function describeDraft(
  services: readonly ServiceDraft[],
  documents: readonly { before: AnyObject | null; after: AnyObject | null }[],
): Words[] {
  const sentences: Words[] = [];
  const told = new Set<string>();
  for (const { service, before, after } of services) {
    const said = describeTrafficChange(service.metadata.name, before, after);
    if (said.length > 0) told.add(serviceHost(service.metadata.name, service.metadata.namespace ?? 'default'));
    sentences.push(...said);
  }
  for (const { before, after } of documents) {
    const object = after ?? before;
    if (object === null) continue;
    const values = { kind: object.kind, name: object.metadata.name };
    if (before === null) sentences.push(sayWords('change_create', values));
    else if (after === null) sentences.push(sayWords('change_delete', values));
    else {
      const fields = [...new Set(changedPaths(before, after).map((path) => path.slice(0, 2).join('.')))];
      if (fields.length === 0) sentences.push(sayWords('change_none', values));
      else if (!isTold(object, told, fields)) sentences.push(sayWords('change_update', { ...values, fields: fields.join(', ') }));
    }
  }
  return sentences;
}

/** Whether sentences about a service already say what changes in an object. */
function isTold(object: AnyObject, told: ReadonlySet<string>, fields: readonly string[]): boolean {
  const spec = object['spec'] as { hosts?: string[]; host?: string; http?: unknown } | undefined;
  if (fields.some((field) => field !== 'spec.http')) return false;
  const hosts = object.kind === 'VirtualService' ? (spec?.hosts ?? []) : [];
  return hosts.some((host) => told.has(fullHost(host, object.metadata.namespace ?? 'default')));
}

/** Services a written VirtualService routes, for "asked against observed". */
export function routedServices(virtualService: VirtualService, cluster: Cluster): Service[] {
  return cluster
    .services()
    .filter(
      (service) =>
        editedRuleIndex(virtualService, { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name }) !== null,
    );
}
