import type { FlagsResponse } from '@/lib/contract';
import { explainFlag, isReady } from '@/lib/graph';
import type { FlagFacts } from '@/lib/graph';
import { serviceHost } from '@/lib/model';
import { askInstant, promString } from './ask-metrics';
import type { Console } from './console-state';
import { actingObjects, podsBehind } from './describe-service';
import { findService } from './show-services';

const policyKinds = new Set(['AuthorizationPolicy', 'RequestAuthentication', 'EnvoyFilter']);

/** Facts about a service that explain response flags of requests to it. */
export async function explainFlags(
  console: Console,
  target: { namespace: string; name: string },
  flags: readonly string[],
): Promise<FlagsResponse> {
  const cluster = console.cluster();
  const service = findService(cluster, target.namespace, target.name);
  const host = serviceHost(target.name, target.namespace);
  const clusters = String.raw`outbound\|\d+\|[^|]*\|${host.replaceAll('.', String.raw`\.`)}`;
  const { answers, notices, queries } = await askInstant(
    console.prometheus,
    {
      // Each caller ejects endpoints for itself: the one that has ejected most is told of.
      ejected: {
        promql: `max by (cluster_name) (envoy_cluster_outlier_detection_ejections_active{cluster_name=~${promString(clusters)}})`,
        window: '0s',
        reporter: 'source',
      },
    },
    console.now(),
  );
  const acting = actingObjects(service, cluster);
  const names = (kind: string) => new Set(acting.filter(({ ref }) => ref.kind === kind).map(({ ref }) => `${ref.namespace}/${ref.name}`));
  const chosen = <Kind extends { metadata: { namespace?: string | undefined; name: string } }>(
    kind: string,
    all: readonly Kind[],
  ): Kind[] => {
    const wanted = names(kind);
    return all.filter(({ metadata }) => wanted.has(`${metadata.namespace ?? 'default'}/${metadata.name}`));
  };
  const facts: FlagFacts = {
    host,
    service: target.name,
    endpoints: podsBehind(service, cluster).map((pod) => ({ labels: pod.metadata.labels ?? {}, ready: isReady(pod) })),
    virtualServices: chosen('VirtualService', cluster.virtualServices()),
    destinationRules: chosen('DestinationRule', cluster.destinationRules()),
    ejected: new Map((answers['ejected'] ?? []).map(({ labels, value }) => [labels['cluster_name']?.split('|')[2] ?? '', value])),
    policies: acting.filter(({ ref }) => policyKinds.has(ref.kind)).map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`),
  };
  return { flags: flags.map((flag) => ({ flag, facts: explainFlag(flag, facts) })), notices, queries };
}
