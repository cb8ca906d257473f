import type { Pod, Service } from '@/lib/model';
import { isHeddleError } from '@/lib/errors';
import { resources } from '@/server/kube';
import type { KubeClient } from '@/server/kube';

/** Where the control plane answers. */
export interface ControlPlanePorts {
  plaintext: number;
  tls: number | undefined;
  debug: number;
}

const namespace = 'istio-system';
const fieldManager = 'heddle-pilot';
const labels = { app: 'istiod', 'istio.io/rev': 'default', istio: 'pilot' };

/**
 * Puts the control plane on the map: namespace, the pod object `istiod-heddle` and the Service `istiod`, so that
 * `pods/istiod-heddle:15014/proxy/debug/syncz` works through the API server as it does on Istio (ARCHITECTURE, "Convergence").
 */
export async function registerControlPlane(client: KubeClient, podIp: string, ports: ControlPlanePorts, now: Date): Promise<void> {
  await client.apply(
    resources.namespaces,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { fieldManager, force: true },
  );
  const ours = portList(ports);
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'istiod-heddle',
      namespace,
      labels,
      annotations: { 'kubernetes.io/config.mirror': 'heddle', 'sidecar.istio.io/inject': 'false' },
    },
    spec: {
      nodeName: 'heddle-control-plane',
      hostNetwork: true,
      containers: [{ name: 'discovery', image: 'heddle/mesh', ports: ours.map(({ name, port }) => ({ name, containerPort: port })) }],
    },
  };
  await replacePod(client, pod);
  const startTime = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const status = {
    phase: 'Running',
    podIP: podIp,
    podIPs: [{ ip: podIp }],
    hostIP: '127.0.0.1',
    startTime,
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startTime }],
    containerStatuses: [
      {
        name: 'discovery',
        image: 'heddle/mesh',
        imageID: 'heddle/mesh',
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: startTime } },
      },
    ],
  };
  await client.patch(resources.pods, { name: 'istiod-heddle', namespace }, { status }, { subresource: 'status', fieldManager });
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istiod', namespace, labels },
    spec: {
      selector: { app: 'istiod' },
      ports: ours.map(({ name, port, well }) => ({ name, port: well, targetPort: port, protocol: 'TCP' })),
    },
  };
  await client.apply(resources.services, service, { fieldManager, force: true });
}

function portList(ports: ControlPlanePorts) {
  return [
    { name: 'grpc-xds', port: ports.plaintext, well: 15010 },
    ...(ports.tls === undefined ? [] : [{ name: 'https-dns', port: ports.tls, well: 15012 }]),
    { name: 'http-monitoring', port: ports.debug, well: 15014 },
  ];
}

/** A pod's containers cannot be changed: when the ports of an earlier run differ, the object is made anew. */
async function replacePod(client: KubeClient, pod: Pod): Promise<void> {
  try {
    await client.apply(resources.pods, pod, { fieldManager, force: true });
  } catch (error) {
    if (!isHeddleError(error) || (error.code !== 'invalid_object' && error.code !== 'conflict')) throw error;
    await client.delete(resources.pods, { name: pod.metadata.name, namespace }, { gracePeriodSeconds: 0 });
    await client.apply(resources.pods, pod, { fieldManager, force: true });
  }
}
