/** The roles a cluster starts with, and who has them. Kubernetes' names, so that bindings written for a cluster mean the same here. */

const everything = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];
const readVerbs = ['get', 'list', 'watch'];
const writeVerbs = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const meshGroups = ['networking.istio.io', 'security.istio.io', 'telemetry.istio.io', 'extensions.istio.io', 'gateway.networking.k8s.io'];
const workloads = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'endpoints',
      'events',
      'persistentvolumeclaims',
      'pods',
      'pods/log',
      'pods/status',
      'serviceaccounts',
      'services',
      'services/status',
    ],
  },
  {
    apiGroups: ['apps'],
    resources: [
      'daemonsets',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
  { apiGroups: ['batch'], resources: ['jobs'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'] },
  { apiGroups: meshGroups, resources: ['*'] },
];
const secretsAndDoors = [
  { apiGroups: [''], resources: ['secrets'] },
  { apiGroups: [''], resources: ['pods/proxy', 'services/proxy'] },
];
const namespaceRead = { apiGroups: [''], resources: ['namespaces'], verbs: readVerbs };
const view = [...workloads.map((rule) => ({ ...rule, verbs: readVerbs })), namespaceRead];
const edit = [
  ...[...workloads, ...secretsAndDoors].map((rule) => ({ ...rule, verbs: [...readVerbs, ...writeVerbs] })),
  { apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'], verbs: ['create'] },
  namespaceRead,
];
const rbac = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings', 'roles'], verbs: [...readVerbs, ...writeVerbs] };
const reviews = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'];
const discoveryPaths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/openapi',
  '/openapi/*',
  '/',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
];

const named = (name: string) => ({ metadata: { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } } });

export const firstRoles = [
  { ...named('cluster-admin'), rules: everything },
  { ...named('admin'), rules: [...edit, rbac] },
  { ...named('edit'), rules: edit },
  { ...named('view'), rules: view },
  { ...named('system:discovery'), rules: [{ nonResourceURLs: discoveryPaths, verbs: ['get'] }] },
  {
    ...named('system:basic-user'),
    rules: [
      { apiGroups: ['authorization.k8s.io'], resources: reviews, verbs: ['create'] },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ],
  },
  {
    ...named('system:auth-delegator'),
    rules: [
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ],
  },
];

const binding = (name: string, role: string, group: string) => ({
  ...named(name),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }],
});

export const firstBindings = [
  binding('cluster-admin', 'cluster-admin', 'system:masters'),
  binding('system:discovery', 'system:discovery', 'system:authenticated'),
  binding('system:basic-user', 'system:basic-user', 'system:authenticated'),
];
