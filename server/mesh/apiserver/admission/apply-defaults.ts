import { isObject, textOf } from '../schema/conform';
import type { StoredObject } from '../storage/stored-object';

type Fields = Record<string, unknown>;

/** Fills in what Kubernetes fills in, for the fields that others read. Returns a new object. */
export function applyDefaults(object: StoredObject, key: string): StoredObject {
  const defaults = defaultsByKind[key];
  if (defaults === undefined) return object;
  const next = { ...object };
  defaults(next);
  return next;
}

const defaultsByKind: Record<string, (object: StoredObject) => void> = {
  '/pods': (pod) => {
    pod.spec = podDefaults(fields(pod.spec), 'Always');
  },
  '/services': serviceDefaults,
  '/secrets': (secret) => {
    const plain = secret['stringData'];
    if (isObject(plain)) {
      const encoded = Object.entries(plain).map(([name, value]) => [name, Buffer.from(String(value)).toString('base64')]);
      secret['data'] = { ...fields(secret['data']), ...(Object.fromEntries(encoded) as Fields) };
      delete secret['stringData'];
    }
    secret['type'] ??= 'Opaque';
  },
  '/namespaces': (namespace) => {
    namespace.spec = { finalizers: ['kubernetes'], ...fields(namespace.spec) };
    namespace.status = { phase: 'Active', ...fields(namespace.status) };
    const { name, labels } = namespace.metadata;
    namespace.metadata = { ...namespace.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } };
  },
  '/endpoints': (endpoints) => {
    if (!Array.isArray(endpoints['subsets'])) return;
    endpoints['subsets'] = endpoints['subsets'].map((subset: unknown) => ({ ...fields(subset), ...withProtocol(fields(subset), 'ports') }));
  },
  'discovery.k8s.io/endpointslices': (slice) => Object.assign(slice, withProtocol(slice, 'ports')),
  'apps/deployments': (deployment) => {
    deployment.spec = {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...templated(deployment.spec, 'Always'),
      strategy: strategyDefaults(fields(deployment.spec)['strategy'], { maxUnavailable: '25%', maxSurge: '25%' }),
    };
  },
  'apps/replicasets': (set) => {
    set.spec = { replicas: 1, ...templated(set.spec, 'Always') };
  },
  'apps/statefulsets': (set) => {
    set.spec = {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      ...templated(set.spec, 'Always'),
      updateStrategy: strategyDefaults(fields(set.spec)['updateStrategy'], { partition: 0 }),
    };
  },
  'apps/daemonsets': (set) => {
    set.spec = {
      revisionHistoryLimit: 10,
      ...templated(set.spec, 'Always'),
      updateStrategy: strategyDefaults(fields(set.spec)['updateStrategy'], { maxUnavailable: 1, maxSurge: 0 }),
    };
  },
  'batch/jobs': (job) => {
    job.spec = {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      ...templated(job.spec, 'Never'),
    };
  },
  'networking.k8s.io/networkpolicies': (policy) => {
    const spec = fields(policy.spec);
    policy.spec = { podSelector: {}, policyTypes: ['Ingress', ...('egress' in spec ? ['Egress'] : [])], ...spec };
  },
  'rbac.authorization.k8s.io/rolebindings': bindingDefaults,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingDefaults,
  'autoscaling/horizontalpodautoscalers': (autoscaler) => {
    autoscaler.spec = { minReplicas: 1, ...fields(autoscaler.spec) };
  },
  '/persistentvolumeclaims': (claim) => {
    claim.spec = { volumeMode: 'Filesystem', ...fields(claim.spec) };
    claim.status = { phase: 'Pending', ...fields(claim.status) };
  },
  'apiextensions.k8s.io/customresourcedefinitions': (definition) => {
    const spec = fields(definition.spec);
    const names = fields(spec['names']);
    const kind = textOf(names['kind']);
    definition.spec = {
      conversion: { strategy: 'None' },
      ...spec,
      names: { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names },
    };
  },
};

function serviceDefaults(service: StoredObject): void {
  const spec = fields(service.spec);
  const type = spec['type'] ?? 'ClusterIP';
  const external = type === 'ExternalName';
  const ports = Array.isArray(spec['ports'])
    ? spec['ports'].map((one: unknown) => ({
        ...fields(one),
        protocol: fields(one)['protocol'] ?? 'TCP',
        targetPort: fields(one)['targetPort'] ?? fields(one)['port'],
      }))
    : undefined;
  service.spec = {
    ...spec,
    ...(ports === undefined ? {} : { ports }),
    type,
    sessionAffinity: spec['sessionAffinity'] ?? 'None',
    ...(external
      ? {}
      : {
          ipFamilies: spec['ipFamilies'] ?? ['IPv4'],
          ipFamilyPolicy: spec['ipFamilyPolicy'] ?? 'SingleStack',
          internalTrafficPolicy: spec['internalTrafficPolicy'] ?? 'Cluster',
        }),
    ...(type === 'NodePort' || type === 'LoadBalancer' ? { externalTrafficPolicy: spec['externalTrafficPolicy'] ?? 'Cluster' } : {}),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: spec['allocateLoadBalancerNodePorts'] ?? true } : {}),
  };
  service.status ??= { loadBalancer: {} };
}

function bindingDefaults(binding: StoredObject): void {
  const group = 'rbac.authorization.k8s.io';
  binding['roleRef'] = { apiGroup: group, ...fields(binding['roleRef']) };
  if (!Array.isArray(binding['subjects'])) return;
  binding['subjects'] = binding['subjects'].map((one: unknown) => {
    const subject = fields(one);
    return subject['kind'] === 'ServiceAccount' ? subject : { apiGroup: group, ...subject };
  });
}

function templated(spec: unknown, restartPolicy: string): Fields {
  const all = fields(spec);
  const template = fields(all['template']);
  if (!isObject(template['spec'])) return all;
  return { ...all, template: { ...template, spec: podDefaults(template['spec'], restartPolicy) } };
}

function strategyDefaults(strategy: unknown, rolling: Fields): Fields {
  const given = fields(strategy);
  const type = given['type'] ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...given, type };
  return { ...given, type, rollingUpdate: { ...rolling, ...fields(given['rollingUpdate']) } };
}

/** core/v1 PodSpec. */
function podDefaults(spec: Fields, restartPolicy: string): Fields {
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
  return {
    restartPolicy,
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    ...spec,
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...containersOf(spec, 'containers'),
    ...containersOf(spec, 'initContainers'),
    ...(Array.isArray(spec['volumes']) ? { volumes: spec['volumes'].map(volumeDefaults) } : {}),
  };
}

function containersOf(spec: Fields, name: string): Fields {
  const list = spec[name];
  return Array.isArray(list) ? { [name]: list.map((one: unknown) => containerDefaults(fields(one))) } : {};
}

function containerDefaults(container: Fields): Fields {
  const image = typeof container['image'] === 'string' ? container['image'] : '';
  const tag = /:([^/:@]+)(@|$)/.exec(image)?.[1];
  const moving = !image.includes('@') && (tag === undefined || tag === 'latest');
  const result: Fields = {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: moving ? 'Always' : 'IfNotPresent',
    resources: {},
    ...container,
    ...withProtocol(container, 'ports'),
  };
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (isObject(container[name])) result[name] = probeDefaults(container[name]);
  }
  if (Array.isArray(container['env'])) result['env'] = container['env'].map(envDefaults);
  return result;
}

function probeDefaults(probe: Fields): Fields {
  const http = probe['httpGet'];
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
    ...(isObject(http) ? { httpGet: { path: '/', scheme: 'HTTP', ...http } } : {}),
  };
}

function envDefaults(variable: unknown): Fields {
  const entry = fields(variable);
  const source = fields(entry['valueFrom']);
  if (!isObject(source['fieldRef'])) return entry;
  return { ...entry, valueFrom: { ...source, fieldRef: { apiVersion: 'v1', ...source['fieldRef'] } } };
}

function volumeDefaults(volume: unknown): Fields {
  const entry = fields(volume);
  for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    if (isObject(entry[source])) return { ...entry, [source]: { defaultMode: 0o644, ...entry[source] } };
  }
  return entry;
}

function withProtocol(owner: Fields, name: string): Fields {
  const ports = owner[name];
  if (!Array.isArray(ports)) return {};
  return { [name]: ports.map((one: unknown) => ({ ...fields(one), protocol: fields(one)['protocol'] ?? 'TCP' })) };
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}
