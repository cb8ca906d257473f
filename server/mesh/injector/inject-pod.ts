import { meshLabels, proxyPorts, workloadOfPod } from '@/lib/model';
import type { Container, EnvironmentVariable, Pod } from '@/lib/model';
import { revision } from './decide-injection';
import type { NamespaceFacts } from './decide-injection';

/** The parts of the mesh config that injection looks at. */
export interface InjectionConfig {
  /** False: an application's own `prometheus.io/*` annotations stay as they are. Istio's default is true. */
  enablePrometheusMerge?: boolean;
}

const proxyName = 'istio-proxy';
const proxyImage = 'heddle/proxy';
const templatesAnnotation = 'inject.istio.io/templates';
const mergeAnnotation = 'prometheus.istio.io/merge-metrics';
const scrapeAnnotations = { scrape: 'prometheus.io/scrape', port: 'prometheus.io/port', path: 'prometheus.io/path' } as const;

/**
 * The pod with its sidecar: container `istio-proxy`, and the labels and annotations by which the mesh knows it (ARCHITECTURE, "Injection"). A pod of
 * the template `gateway` is its proxy: only the image of its container `istio-proxy` is filled in. The pod given is not changed.
 */
export function injectPod(pod: Pod, namespace: NamespaceFacts, config: InjectionConfig = {}): Pod {
  const gateway = templatesOf(pod).includes('gateway');
  const { labels = {}, annotations = {} } = pod.metadata;
  const workload = workloadOfPod({ ...pod, metadata: { ...pod.metadata, name: nameOf(pod), namespace: namespace.name } });
  const scrape = scrapeChanges(annotations, config);
  const proxy = proxyContainer(pod, gateway, scrape.before);
  const containers = pod.spec.containers.filter((container) => container.name !== proxyName);
  const status = { initContainers: null, containers: [proxyName], volumes: null, imagePullSecrets: null, revision };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...labels,
        [meshLabels.canonicalName]: workload.canonicalName,
        [meshLabels.canonicalRevision]: workload.canonicalRevision,
        [meshLabels.revision]: labels[meshLabels.revision] ?? revision,
        // A gateway takes what comes from outside; what it offers inside is decided by its listeners.
        ...(gateway ? {} : { [meshLabels.tlsMode]: labels[meshLabels.tlsMode] ?? 'istio' }),
      },
      annotations: {
        ...annotations,
        ...scrape.set,
        [meshLabels.revision]: revision,
        'kubectl.kubernetes.io/default-container':
          annotations['kubectl.kubernetes.io/default-container'] ?? containers[0]?.name ?? proxyName,
        [meshLabels.injectionStatus]: JSON.stringify(status),
      },
    },
    spec: { ...pod.spec, containers: gateway ? [proxy, ...containers] : [...containers, proxy] },
  };
}

/** Whether the pod asks for something this injector has a template for. */
export function hasTemplate(pod: Pod): boolean {
  return templatesOf(pod).some((template) => template === 'sidecar' || template === 'gateway');
}

function templatesOf(pod: Pod): string[] {
  return (pod.metadata.annotations?.[templatesAnnotation] ?? 'sidecar').split(',').map((name) => name.trim());
}

/** On creation a pod of a controller has only the beginning of its name. */
function nameOf(pod: Pod): string {
  return pod.metadata.name ? pod.metadata.name : (pod.metadata.generateName ?? '').replace(/-$/, '');
}

function proxyContainer(pod: Pod, gateway: boolean, scrapedBefore: Record<string, string> | undefined): Container {
  const given = pod.spec.containers.find((container) => container.name === proxyName);
  const env: EnvironmentVariable[] = [
    ...(given?.env ?? []),
    // The proxy offers the application's own metrics together with its own.
    ...(scrapedBefore === undefined ? [] : [{ name: 'ISTIO_PROMETHEUS_ANNOTATIONS', value: JSON.stringify(scrapedBefore) }]),
  ];
  return {
    args: ['proxy', gateway ? 'router' : 'sidecar'],
    ports: [{ containerPort: proxyPorts.metrics, name: 'http-envoy-prom', protocol: 'TCP' }],
    readinessProbe: {
      httpGet: { path: '/healthz/ready', port: proxyPorts.readiness },
      periodSeconds: 15,
      timeoutSeconds: 3,
      failureThreshold: 4,
    },
    ...given,
    name: proxyName,
    image: given?.image === undefined || given.image === 'auto' ? proxyImage : given.image,
    ...(env.length === 0 ? {} : { env }),
  };
}

function scrapeChanges(annotations: Readonly<Record<string, string>>, config: InjectionConfig) {
  const off =
    config.enablePrometheusMerge === false || annotations[mergeAnnotation] === 'false' || annotations[scrapeAnnotations.scrape] === 'false';
  if (off) return { set: {}, before: undefined };
  const port = annotations[scrapeAnnotations.port];
  const before = port === undefined ? undefined : { scrape: 'true', port, path: annotations[scrapeAnnotations.path] ?? '/metrics' };
  const set = {
    [scrapeAnnotations.scrape]: 'true',
    [scrapeAnnotations.port]: String(proxyPorts.mergedMetrics),
    [scrapeAnnotations.path]: '/stats/prometheus',
  };
  return { set, before };
}
