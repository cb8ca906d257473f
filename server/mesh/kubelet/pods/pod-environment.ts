import { isHeddleError } from '@/lib/errors';
import type { ConfigMap, Container, EnvironmentVariable, Pod, PodAddresses, Secret, Service } from '@/lib/model';
import { HOST_IP, announcedTcpAddress, detectProtocol, isTcp, proxyPorts, serviceAccountOfPod, tcpPortKey } from '@/lib/model';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';
import { CannotStart } from './container-process';

/** `{SVC}_SERVICE_HOST`, `{SVC}_SERVICE_PORT[_NAME]` of the services of a namespace, as Kubernetes announces them. */
export function serviceVariables(namespace: string, services: readonly Service[], outboundIp: string | undefined): Record<string, string> {
  const announced = announcedTcpAddress(
    services.flatMap((service) =>
      (service.spec.ports ?? [])
        .filter((port) => isTcp(detectProtocol(port)))
        .map((port) => ({
          namespace: service.metadata.namespace ?? 'default',
          name: service.metadata.name,
          port: port.port,
          creationTimestamp: service.metadata.creationTimestamp,
        })),
    ),
  );
  const variables: Record<string, string> = {};
  for (const service of services) {
    const { clusterIP } = service.spec;
    if (service.metadata.namespace !== namespace || clusterIP === undefined || clusterIP === '' || clusterIP === 'None') continue;
    const prefix = service.metadata.name.toUpperCase().replaceAll('-', '_');
    const ports = service.spec.ports ?? [];
    const announcedPort = (port: number) => announced.get(tcpPortKey({ namespace, name: service.metadata.name, port }));
    // TCP has no name in its bytes: the sidecar tells services apart by the port of its outbound address.
    const throughSidecar = outboundIp !== undefined && ports.some((port) => announcedPort(port.port) !== undefined);
    variables[`${prefix}_SERVICE_HOST`] = throughSidecar ? outboundIp : clusterIP;
    ports.forEach((port, index) => {
      const number = String((throughSidecar ? announcedPort(port.port) : undefined) ?? port.port);
      if (index === 0) variables[`${prefix}_SERVICE_PORT`] = number;
      if (port.name !== undefined && port.name !== '') {
        variables[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = number;
      }
    });
  }
  return variables;
}

/** The field of a pod that a `fieldRef` names; empty when it has none. */
function podField(pod: Pod, path: string, podIp: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript?.[2] !== undefined) return pod.metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2]] ?? '';
  const fields: Record<string, string> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? 'default',
    'metadata.uid': pod.metadata.uid ?? '',
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': serviceAccountOfPod(pod),
    'status.podIP': podIp,
    'status.podIPs': podIp,
    'status.hostIP': HOST_IP,
  };
  return fields[path] ?? '';
}

/** `$(NAME)` with the variables before it; `$$(NAME)` stays as `$(NAME)`. */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/(\$?)\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (whole: string, escape: string, name: string) =>
    escape === '' ? (variables[name] ?? whole) : `$(${name})`,
  );
}

interface EnvSource {
  prefix?: string;
  configMapRef?: { name: string; optional?: boolean };
  secretRef?: { name: string; optional?: boolean };
}

/** Reads what containers refer to, and says in Kubernetes' words what is missing. */
class Sources {
  private readonly client: KubeClient;
  private readonly namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
  }

  async configMap(name: string, optional: boolean): Promise<Record<string, string> | undefined> {
    const found = await this.find<ConfigMap>(resources.configMaps, name, 'configmap', optional);
    return found?.data ?? (found === undefined ? undefined : {});
  }

  async secret(name: string, optional: boolean): Promise<Record<string, string> | undefined> {
    const found = await this.find<Secret>(resources.secrets, name, 'secret', optional);
    if (found === undefined) return undefined;
    return Object.fromEntries(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
  }

  private async find<T extends ConfigMap | Secret>(
    resource: (typeof resources)['configMaps' | 'secrets'],
    name: string,
    word: string,
    optional: boolean,
  ): Promise<T | undefined> {
    try {
      return (await this.client.get(resource, { name, namespace: this.namespace })) as unknown as T;
    } catch (error) {
      if (!isHeddleError(error) || error.code !== 'not_found') throw error;
      if (optional) return undefined;
      throw new CannotStart('CreateContainerConfigError', `${word} "${name}" not found`);
    }
  }
}

async function valueOf(variable: EnvironmentVariable, pod: Pod, podIp: string, sources: Sources): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return variable.value ?? '';
  if (from.fieldRef !== undefined) return podField(pod, from.fieldRef.fieldPath, podIp);
  if (from.resourceFieldRef !== undefined) return '0';
  const reference = from.configMapKeyRef ?? from.secretKeyRef;
  if (reference === undefined) return '';
  const optional = reference.optional === true;
  const data =
    from.configMapKeyRef === undefined ? await sources.secret(reference.name, optional) : await sources.configMap(reference.name, optional);
  const value = data?.[reference.key];
  if (value === undefined && !optional) {
    const word = from.configMapKeyRef === undefined ? 'Secret' : 'ConfigMap';
    throw new CannotStart(
      'CreateContainerConfigError',
      `couldn't find key ${reference.key} in ${word} ${pod.metadata.namespace ?? 'default'}/${reference.name}`,
    );
  }
  return value;
}

/** Of this process's own environment only what a program needs to run; nothing of how Heddle was started. */
const inherited = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

export interface PodEnvironmentOptions {
  client: KubeClient;
  pod: Pod;
  container: Container;
  addresses: PodAddresses;
  /** It has a sidecar: the application binds its own address and calls through the sidecar. */
  injected: boolean;
  services: readonly Service[];
}

/**
 * The environment of an application container: where to bind and how to reach others, Kubernetes' service variables, and what its
 * spec says (which wins). Throws CannotStart when something it refers to is missing.
 */
export async function podEnvironment(options: PodEnvironmentOptions): Promise<Record<string, string>> {
  const { pod, container, addresses, injected } = options;
  const namespace = pod.metadata.namespace ?? 'default';
  const bind = injected ? addresses.appIp : addresses.podIp;
  const env: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  Object.assign(env, serviceVariables(namespace, options.services, injected ? addresses.outboundIp : undefined), {
    POD_BIND_IP: bind,
    HOST: bind,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
  });
  // Of a sidecar, or of the network of a pod without one: both answer at the same address.
  const proxy = `http://${addresses.outboundIp}:${proxyPorts.outboundHttpProxy}`;
  const direct = '127.0.0.1,localhost';
  // curl reads the lower-case name only: an upper-case one could come from a CGI request.
  Object.assign(env, { HTTP_PROXY: proxy, http_proxy: proxy, NODE_USE_ENV_PROXY: '1', NO_PROXY: direct, no_proxy: direct });
  const sources = new Sources(options.client, namespace);
  for (const source of (container as { envFrom?: EnvSource[] }).envFrom ?? []) {
    const { prefix = '' } = source;
    const data =
      source.configMapRef === undefined
        ? await sources.secret(source.secretRef?.name ?? '', source.secretRef?.optional === true)
        : await sources.configMap(source.configMapRef.name, source.configMapRef.optional === true);
    for (const [key, value] of Object.entries(data ?? {})) env[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, pod, addresses.podIp, sources);
    if (value !== undefined) env[variable.name] = expandVariables(value, env);
  }
  return env;
}
