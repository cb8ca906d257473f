import type { Locality } from './workload';
import type { PortProtocol } from './protocol';

/** One port of a service in the registry. */
export interface RegistryPort {
  name: string;
  port: number;
  protocol: PortProtocol;
  /** Number or name of the port on the endpoints; equal to `port` when the service says nothing. */
  targetPort: number | string;
}

/** How the endpoints of a service are found (Istio's resolutions). */
export type Resolution = 'client-side' | 'dns' | 'dns-round-robin' | 'passthrough' | 'dynamic-dns' | 'alias';

/** A host that can be called: a Kubernetes Service or one host of a ServiceEntry. */
export interface RegistryService {
  hostname: string;
  name: string;
  namespace: string;
  registry: 'Kubernetes' | 'External';
  /** ClusterIP or a ServiceEntry's address; `0.0.0.0` when there is none. */
  address: string;
  addresses: readonly string[];
  ports: readonly RegistryPort[];
  resolution: Resolution;
  /** Outside the mesh: no mutual TLS is assumed. */
  meshExternal: boolean;
  headless: boolean;
  exportTo: readonly string[];
  creationTimestamp: string;
  labels: Readonly<Record<string, string>>;
  selector: Readonly<Record<string, string>> | undefined;
  /** Identities a client accepts beside those of the endpoints (ServiceEntry subjectAltNames). */
  subjectAltNames: readonly string[];
  trafficDistribution: string | undefined;
  publishNotReady: boolean;
  /** CNAME target of an ExternalName service. */
  externalName: string | undefined;
  /** The object it comes from. */
  source: { kind: string; namespace: string; name: string; resourceVersion: string };
}

/** One address behind a service port. */
export interface RegistryEndpoint {
  address: string;
  port: number;
  /** Name of the service port it stands for. */
  portName: string;
  labels: Readonly<Record<string, string>>;
  locality: Locality;
  weight: number;
  health: 'healthy' | 'unhealthy' | 'draining';
  serviceAccount: string;
  namespace: string;
  workload: string;
  tlsMode: 'istio' | 'disabled';
  /** Name of the pod or WorkloadEntry; empty for inline endpoints. */
  instance: string;
  /** Node the pod runs on. */
  nodeName: string;
}
