import type { Deployment, KindDefinition, Pod, PodSpec, Service } from '@/lib/kinds';
import { isDeepStrictEqual } from 'node:util';
import type { StoredObject } from '../storage/stored-object';
import type { Cause } from '../status-errors';

/** Rules across fields of the built-in kinds whose breaking would confuse whoever reads the object. */
export function checkSemantics(object: StoredObject, kind: KindDefinition, before: StoredObject | undefined): Cause[] {
  switch (`${kind.group}/${kind.kind}`) {
    case '/Service':
      return checkService(object as unknown as Service, before as unknown as Service | undefined);
    case '/Pod':
      return checkPod(object as unknown as Pod, before as unknown as Pod | undefined);
    case '/ConfigMap':
    case '/Secret':
      return checkImmutable(object, before);
    case 'apps/Deployment':
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
      return checkWorkload(object as unknown as Deployment, before as unknown as Deployment | undefined);
    case 'batch/Job': {
      const job = object as unknown as Deployment;
      return checkPodSpec(job.spec.template.spec, 'spec.template.spec');
    }
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return before !== undefined && !isDeepStrictEqual(object['roleRef'], before['roleRef'])
        ? [{ reason: 'FieldValueInvalid', message: 'Invalid value: cannot change roleRef', field: 'roleRef' }]
        : [];
    default:
      return [];
  }
}

const immutable = (field: string): Cause => ({ reason: 'FieldValueInvalid', message: 'Invalid value: field is immutable', field });
const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${JSON.stringify(value)}`,
  field,
});
const missing = (field: string, why: string): Cause => ({ reason: 'FieldValueRequired', message: `Required value: ${why}`, field });

function checkService(service: Service, before: Service | undefined): Cause[] {
  const causes: Cause[] = [];
  const { ports = [], clusterIP, type, externalName } = service.spec;
  if (type === 'ExternalName') {
    if (externalName === undefined || externalName === '')
      causes.push(missing('spec.externalName', 'must be set for ExternalName services'));
    return causes;
  }
  if (ports.length === 0 && clusterIP !== 'None') causes.push(missing('spec.ports', 'a Service needs at least one port'));
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    if (ports.length > 1 && (port.name === undefined || port.name === '')) {
      causes.push(missing(`spec.ports[${index}].name`, 'must be set when a Service has several ports'));
    } else if (port.name !== undefined && names.has(port.name)) causes.push(duplicate(`spec.ports[${index}].name`, port.name));
    if (port.name !== undefined) names.add(port.name);
    const key = `${port.port}/${port.protocol}`;
    if (numbers.has(key)) causes.push(duplicate(`spec.ports[${index}]`, key));
    numbers.add(key);
  }
  const oldIp = before?.spec.clusterIP;
  if (oldIp !== undefined && oldIp !== '' && before?.spec.type !== 'ExternalName' && clusterIP !== oldIp)
    causes.push(immutable('spec.clusterIP'));
  return causes;
}

function checkPod(pod: Pod, before: Pod | undefined): Cause[] {
  const causes = checkPodSpec(pod.spec, 'spec');
  if (before === undefined) return causes;
  const fixed = (one: Pod) => ({
    ...one.spec,
    nodeName: undefined,
    activeDeadlineSeconds: undefined,
    terminationGracePeriodSeconds: undefined,
    tolerations: undefined,
    ephemeralContainers: undefined,
    schedulingGates: undefined,
    containers: one.spec.containers.map((container) => ({ ...container, image: undefined })),
    initContainers: one.spec.initContainers?.map((container) => ({ ...container, image: undefined })),
  });
  const moved = before.spec.nodeName !== undefined && before.spec.nodeName !== pod.spec.nodeName;
  if (moved || !isDeepStrictEqual(fixed(pod), fixed(before))) {
    causes.push({
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      field: 'spec',
    });
  }
  return causes;
}

function checkPodSpec(spec: PodSpec, at: string): Cause[] {
  const causes: Cause[] = [];
  if (spec.containers.length === 0) causes.push(missing(`${at}.containers`, 'a pod needs at least one container'));
  const names = new Set<string>();
  for (const [list, containers] of [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers],
  ] as const) {
    for (const [index, container] of containers.entries()) {
      if (names.has(container.name)) causes.push(duplicate(`${at}.${list}[${index}].name`, container.name));
      names.add(container.name);
      if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(container.name) || container.name.length > 63) {
        causes.push({
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(container.name)}: a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'`,
          field: `${at}.${list}[${index}].name`,
        });
      }
      if (container.image === undefined || container.image === '')
        causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: `${at}.${list}[${index}].image` });
    }
  }
  const volumes = new Set(spec.volumes?.map((volume) => volume.name));
  for (const [index, container] of spec.containers.entries()) {
    for (const [mount, { name }] of (container.volumeMounts ?? []).entries()) {
      if (!volumes.has(name))
        causes.push({
          reason: 'FieldValueNotFound',
          message: `Not found: ${JSON.stringify(name)}`,
          field: `${at}.containers[${index}].volumeMounts[${mount}].name`,
        });
    }
  }
  return causes;
}

function checkWorkload(workload: Deployment, before: Deployment | undefined): Cause[] {
  const { selector, template } = workload.spec;
  const causes: Cause[] = [];
  if (before !== undefined && !isDeepStrictEqual(before.spec.selector, selector)) causes.push(immutable('spec.selector'));
  const labels = template?.metadata?.labels ?? {};
  const wanted = Object.entries(selector.matchLabels ?? {});
  if (wanted.length === 0 && (selector.matchExpressions ?? []).length === 0) {
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: empty selector is invalid for deployment',
      field: 'spec.selector',
    });
  }
  if (wanted.some(([key, value]) => labels[key] !== value)) {
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
      field: 'spec.template.metadata.labels',
    });
  }
  return template === undefined ? causes : [...causes, ...checkPodSpec(template.spec, 'spec.template.spec')];
}

function checkImmutable(object: StoredObject, before: StoredObject | undefined): Cause[] {
  if (before?.['immutable'] !== true) return [];
  const same = object['immutable'] === true && isDeepStrictEqual(object['data'], before['data']);
  return same ? [] : [{ reason: 'FieldValueForbidden', message: 'Forbidden: field is immutable when `immutable` is set', field: 'data' }];
}
