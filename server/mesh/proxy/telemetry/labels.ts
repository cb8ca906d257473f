import type { Peer } from '../config/workload-store';
import type { ServiceName } from '../upstream/cluster';

/** Labels in the text form of the exposition format, without braces. */
export function labelText(labels: readonly (readonly [string, string])[]): string {
  return labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

interface MeshLabels {
  readonly reporter: 'source' | 'destination';
  readonly source: Peer;
  readonly sourcePrincipal: string;
  readonly destination: Peer;
  readonly destinationPrincipal: string;
  readonly service: ServiceName;
  readonly security: 'mutual_tls' | 'none' | 'unknown';
}

/** The labels that all of Istio's metrics share. */
export function labelsOf(labels: MeshLabels): string {
  const { source, destination, service } = labels;
  return labelText([
    ['reporter', labels.reporter],
    ['source_workload', source.workload],
    ['source_canonical_service', source.canonicalName],
    ['source_canonical_revision', source.canonicalRevision],
    ['source_workload_namespace', source.namespace],
    ['source_principal', labels.sourcePrincipal === '' ? 'unknown' : labels.sourcePrincipal],
    ['source_app', source.app],
    ['source_version', source.version],
    ['source_cluster', source.cluster],
    ['destination_workload', destination.workload],
    ['destination_workload_namespace', destination.namespace],
    ['destination_principal', labels.destinationPrincipal === '' ? 'unknown' : labels.destinationPrincipal],
    ['destination_app', destination.app],
    ['destination_version', destination.version],
    ['destination_service', service.host],
    ['destination_canonical_service', destination.canonicalName],
    ['destination_canonical_revision', destination.canonicalRevision],
    ['destination_service_name', service.name],
    ['destination_service_namespace', service.namespace],
    ['destination_cluster', destination.cluster],
    ['connection_security_policy', labels.security],
  ]);
}
