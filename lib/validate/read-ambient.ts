import { meshLabels } from '@/lib/model';
import type { Namespace, Service } from '@/lib/model';
import { kindKeys } from './define-finding';
import type { MeshView } from './mesh-view';

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether a namespace puts its pods into ambient mode; not while it is unknown, and not where sidecars are asked for as well. */
export function isAmbient(mesh: MeshView, namespace: string): boolean {
  const labels = mesh.find<Namespace>(kindKeys.namespace, '', namespace)?.metadata.labels;
  if (labels?.[meshLabels.injection] === 'enabled' || labels?.[meshLabels.revision] !== undefined) return false;
  return labels?.[meshLabels.dataplaneMode] === 'ambient';
}

/** The waypoint that labels name; `none` says that there is to be none. */
export function waypointIn(labels: Labels): string | undefined {
  return labels?.[meshLabels.useWaypoint];
}

/** Whether requests to anything of a namespace pass a waypoint. */
export function isNamespaceEnrolled(mesh: MeshView, namespace: string): boolean {
  const name = waypointIn(mesh.find<Namespace>(kindKeys.namespace, '', namespace)?.metadata.labels);
  return name !== undefined && name !== 'none';
}

/** Whether requests to a service pass a waypoint: by its own label, else by that of its namespace. */
export function isServiceEnrolled(mesh: MeshView, namespace: string, name: string): boolean {
  const service = mesh.find<Service>(kindKeys.service, namespace, name);
  // Files need not bring the Service, which may have the label.
  if (service === undefined && !mesh.settings.complete) return true;
  const own = waypointIn(service?.metadata.labels);
  return own === undefined ? isNamespaceEnrolled(mesh, namespace) : own !== 'none';
}
