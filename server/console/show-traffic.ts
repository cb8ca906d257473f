import type { TrafficResponse } from '@/lib/contract';
import { chooseTrafficObjects, readTraffic } from '@/lib/kinds/virtual-service';
import { askInstant } from './ask-metrics';
import type { Console } from './console-state';
import { versionsOf } from './describe-service';
import { cleanObject, refOfObject } from './draft-object';
import { observedShare, planSplitQuery, readSplit } from './observe-split';
import { findService } from './show-services';

const windowSeconds = 60;

/** The model of the traffic editor: settings, the objects they are read from, and what is observed beside them. */
export async function showTraffic(console: Console, target: { namespace: string; name: string }): Promise<TrafficResponse> {
  const cluster = console.cluster();
  const service = findService(cluster, target.namespace, target.name);
  const { virtualService, destinationRule, whyNot } = chooseTrafficObjects(target, {
    virtualServices: cluster.virtualServices(),
    destinationRules: cluster.destinationRules(),
    httpRoutes: cluster.httpRoutes(),
  });
  const known = versionsOf(service, cluster);
  const versions = known.map(({ version }) => ({ version, labels: { version } }));
  const settings = readTraffic({ service: target, virtualService, destinationRule, versions });
  const measured = await askInstant(console.prometheus, { share: planSplitQuery(target, windowSeconds) }, console.now());
  const counts = readSplit(measured.answers['share'] ?? []);
  const objects = [virtualService, destinationRule].flatMap((one) => (one === null ? [] : [one]));
  return {
    ...target,
    settings,
    virtualService: virtualService === null ? null : versioned(virtualService),
    destinationRule: destinationRule === null ? null : versioned(destinationRule),
    versions,
    sources: objects.map((one) => ({ ref: refOfObject(one), resourceVersion: one.metadata.resourceVersion ?? '' })),
    editable: whyNot === null,
    whyNot,
    observed: settings.destinations.map(({ subset, version }) => ({
      subset,
      version,
      readyEndpoints: known.find((one) => one.version === version)?.readyEndpoints ?? 0,
      ...observedShare(counts, version),
    })),
    notices: [...measured.notices, ...cluster.notices()],
    queries: measured.queries,
  };
}

/** What a person writes of the object, with the version a write must be made on. */
function versioned(object: { apiVersion: string; kind: string; metadata: { name: string; resourceVersion?: string }; spec: unknown }) {
  const clean = cleanObject(object);
  const { resourceVersion } = object.metadata;
  return { ...clean, metadata: { ...clean.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}
