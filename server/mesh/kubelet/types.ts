import type { Pod } from '@/lib/model';

/** What the kubelet writes to its log. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** What runs for an image without a container runtime. */
export interface ResolvedImage {
  workload: string;
  args: readonly string[];
  /** It serves its declared ports, so that the pod is ready only when they answer. */
  listens: boolean;
}

export interface KubeletOptions {
  dataDir: string;
  /** Built-in workload for an image; `undefined`: there is none. */
  resolveImage: (image: string) => ResolvedImage | undefined;
  /** Paths of the bundles that run for a workload and a sidecar. */
  workloadBundle: string;
  proxyBundle: string;
  /** TLS door of the control plane for sidecars, `host:port`, and the file of the root that signed its certificate. */
  discoveryAddress: string;
  rootCertPath: string;
  trustDomain: string;
  /** Static clusters of a stock Envoy, `host:port`. */
  zipkinAddress: string;
  otlpAddress: string;
  /** What runs as the proxy of pods that do not say. */
  defaultProxy: 'heddle' | 'envoy';
  /** A stock Envoy for pods that ask for one; `undefined`: the one on the PATH. */
  envoyBinary?: string | undefined;
  log: Log;
}

/** A pod and one of its processes, for those who watch what runs. */
export interface PodProcess {
  pod: { namespace: string; name: string };
  container: string;
  pid: number;
}

export const podKey = (pod: { metadata: Pod['metadata'] }): string => `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;
