import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Endpoints,
  Event,
  Ingress,
  Lease,
  Namespace,
  Node,
  ReplicaSet,
  RoleBinding,
  Secret,
  Service,
  ServiceAccount,
} from '@/lib/kinds';
import type { StoredObject } from '../storage/stored-object';
import { formatAge } from './format-age';
import type { Column } from './make-table';
import { podColumns } from './pod-columns';

const name: Column = { name: 'Name', description: 'Name must be unique within a namespace.', cell: (object) => object.metadata.name };
const age: Column = {
  name: 'Age',
  description: 'Time since the object was created.',
  cell: (object, now) => formatAge(object.metadata.creationTimestamp, now),
};
const none = '<none>';

/** A column over a typed view of the object. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type says which kind the cell reads
function column<T>(title: string, cell: (object: T, now: Date) => unknown, more: Partial<Column> = {}): Column {
  return { name: title, cell: (object: StoredObject, now) => cell(object as unknown as T, now), ...more };
}
const wide = { priority: 1 };
const integer = { type: 'integer' } as const;

const joined = (values: readonly string[] | undefined, limit = values?.length ?? 0): string => {
  if (values === undefined || values.length === 0) return none;
  return values.length > limit ? `${values.slice(0, limit).join(',')} + ${values.length - limit} more...` : values.join(',');
};
const selectorText = (labels: Record<string, string> | undefined): string =>
  joined(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  );

const workloadColumns: Column[] = [
  column<Deployment>('Containers', (one) => joined(one.spec.template.spec.containers.map((container) => container.name)), wide),
  column<Deployment>('Images', (one) => joined(one.spec.template.spec.containers.map((container) => container.image ?? '')), wide),
  column<Deployment>('Selector', (one) => selectorText(one.spec.selector.matchLabels), wide),
];
const bindingColumns: Column[] = [
  name,
  column<RoleBinding>('Role', (one) => `${one.roleRef.kind}/${one.roleRef.name}`),
  age,
  ...(['User', 'Group', 'ServiceAccount'] as const).map((kind) =>
    column<RoleBinding>(
      `${kind === 'ServiceAccount' ? 'ServiceAccount' : kind}s`,
      (one) =>
        (one.subjects ?? [])
          .filter((subject) => subject.kind === kind)
          .map((subject) => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name))
          .join(', '),
      wide,
    ),
  ),
];

const nodeReady = (node: Node): string => {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
};
const nodeRoles = (node: Node): string =>
  joined(
    Object.keys(node.metadata.labels ?? {})
      .filter((key) => key.startsWith('node-role.kubernetes.io/'))
      .map((key) => key.slice(24))
      .sort(),
  );
const externalIp = (service: Service): string => {
  if (service.spec.type === 'ExternalName') return service.spec.externalName ?? none;
  const ingress = (service.status?.loadBalancer?.ingress ?? []).map((one) => one.ip ?? one.hostname ?? '');
  const all = [...ingress, ...(service.spec.externalIPs ?? [])];
  return all.length > 0 ? all.join(',') : service.spec.type === 'LoadBalancer' ? '<pending>' : none;
};

/** Columns of the built-in kinds, as kubectl's users know them. Kinds that are not here have name and age. */
export const nativeColumns: Record<string, readonly Column[]> = {
  '/pods': podColumns,
  '/services': [
    name,
    column<Service>('Type', (one) => one.spec.type ?? 'ClusterIP'),
    column<Service>('Cluster-IP', (one) => one.spec.clusterIP ?? none),
    column<Service>('External-IP', externalIp),
    column<Service>('Port(s)', (one) =>
      joined(
        (one.spec.ports ?? []).map(
          (port) => `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`,
        ),
      ),
    ),
    age,
    column<Service>('Selector', (one) => selectorText(one.spec.selector), wide),
  ],
  '/namespaces': [name, column<Namespace>('Status', (one) => one.status?.phase ?? ''), age],
  '/nodes': [
    name,
    column<Node>('Status', nodeReady),
    column<Node>('Roles', nodeRoles),
    age,
    column<Node>('Version', (one) => one.status?.nodeInfo?.['kubeletVersion'] ?? ''),
    column<Node>('Internal-IP', (one) => one.status?.addresses?.find((address) => address.type === 'InternalIP')?.address ?? none, wide),
    column<Node>('OS-Image', (one) => one.status?.nodeInfo?.['osImage'] ?? '<unknown>', wide),
    column<Node>('Kernel-Version', (one) => one.status?.nodeInfo?.['kernelVersion'] ?? '<unknown>', wide),
    column<Node>('Container-Runtime', (one) => one.status?.nodeInfo?.['containerRuntimeVersion'] ?? '<unknown>', wide),
  ],
  '/endpoints': [
    name,
    column<Endpoints>('Endpoints', (one) =>
      joined(
        (one.subsets ?? []).flatMap((subset) =>
          (subset.addresses ?? []).flatMap((address) => (subset.ports ?? []).map((port) => `${address.ip}:${port.port}`)),
        ),
        3,
      ),
    ),
    age,
  ],
  'discovery.k8s.io/endpointslices': [
    name,
    column<EndpointSlice>('AddressType', (one) => one.addressType),
    column<EndpointSlice>('Ports', (one) =>
      joined(
        (one.ports ?? []).map((port) => String(port.port ?? '*')),
        3,
      ),
    ),
    column<EndpointSlice>('Endpoints', (one) =>
      joined(
        (one.endpoints ?? []).flatMap((endpoint) => endpoint.addresses),
        3,
      ),
    ),
    age,
  ],
  '/configmaps': [
    name,
    column<ConfigMap>('Data', (one) => Object.keys(one.data ?? {}).length + Object.keys(one.binaryData ?? {}).length, integer),
    age,
  ],
  '/secrets': [
    name,
    column<Secret>('Type', (one) => one.type ?? ''),
    column<Secret>('Data', (one) => Object.keys(one.data ?? {}).length, integer),
    age,
  ],
  '/serviceaccounts': [name, column<ServiceAccount>('Secrets', (one) => one.secrets?.length ?? 0, integer), age],
  '/events': [
    column<Event>('Last Seen', (one, now) =>
      formatAge(
        one.lastTimestamp ?? one.series?.lastObservedTime ?? one.eventTime ?? one.firstTimestamp ?? one.metadata.creationTimestamp,
        now,
      ),
    ),
    column<Event>('Type', (one) => one.type ?? ''),
    column<Event>('Reason', (one) => one.reason ?? ''),
    column<Event>('Object', (one) => `${(one.involvedObject.kind ?? '').toLowerCase()}/${one.involvedObject.name ?? ''}`),
    column<Event>('Message', (one) => (one.message ?? '').trim()),
    column<Event>('Count', (one) => one.count ?? one.series?.count ?? 1, { ...integer, ...wide }),
    { ...name, priority: 1 },
  ],
  'apps/deployments': [
    name,
    column<Deployment>('Ready', (one) => `${one.status?.readyReplicas ?? 0}/${one.spec.replicas ?? 1}`),
    column<Deployment>('Up-to-date', (one) => one.status?.updatedReplicas ?? 0, integer),
    column<Deployment>('Available', (one) => one.status?.availableReplicas ?? 0, integer),
    age,
    ...workloadColumns,
  ],
  'apps/replicasets': [
    name,
    column<ReplicaSet>('Desired', (one) => one.spec.replicas ?? 1, integer),
    column<ReplicaSet>('Current', (one) => one.status?.replicas ?? 0, integer),
    column<ReplicaSet>('Ready', (one) => one.status?.readyReplicas ?? 0, integer),
    age,
    ...workloadColumns,
  ],
  'apps/statefulsets': [
    name,
    column<Deployment>('Ready', (one) => `${one.status?.readyReplicas ?? 0}/${one.spec.replicas ?? 1}`),
    age,
    ...workloadColumns.slice(0, 2),
  ],
  'networking.k8s.io/ingresses': [
    name,
    column<Ingress>('Class', (one) => one.spec.ingressClassName ?? none),
    column<Ingress>('Hosts', (one) =>
      joined(
        (one.spec.rules ?? []).map((rule) => rule.host ?? '*'),
        3,
      ),
    ),
    column<Ingress>('Address', () => ''),
    column<Ingress>('Ports', (one) => ((one.spec.tls ?? []).length > 0 ? '80, 443' : '80')),
    age,
  ],
  'rbac.authorization.k8s.io/roles': [name, { name: 'Created At', cell: (object) => object.metadata.creationTimestamp ?? '' }],
  'rbac.authorization.k8s.io/clusterroles': [name, { name: 'Created At', cell: (object) => object.metadata.creationTimestamp ?? '' }],
  'rbac.authorization.k8s.io/rolebindings': bindingColumns,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingColumns,
  'coordination.k8s.io/leases': [name, column<Lease>('Holder', (one) => one.spec?.holderIdentity ?? ''), age],
  'apiextensions.k8s.io/customresourcedefinitions': [
    name,
    { name: 'Created At', cell: (object) => object.metadata.creationTimestamp ?? '' },
  ],
};
