import type { KubernetesResource, Locality } from '@/lib/model';
import type { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, Workload } from '@/lib/xds';

/** What the compiler is told beside the objects. */
export interface PilotOptions {
  /** Namespace of mesh-wide policies and of the mesh config; `istio-system`. */
  rootNamespace?: string;
  /** DNS domain of services; `cluster.local`. */
  domain?: string;
  /** Name of the Kubernetes cluster in telemetry; `Kubernetes`. */
  clusterId?: string;
  /**
   * Stand-ins for names outside the mesh: host → `ip` (its ports 80 and 443), `ip:port` (every port), or per port
   * `{"443": "127.0.0.1:9443"}`.
   */
  externalHosts?: Readonly<Record<string, ExternalHost>>;
  /** Key sets (JSON text) fetched for RequestAuthentications, by jwksUri, or by issuer where a rule names no URI. */
  jwks?: Readonly<Record<string, string>>;
}

export type ExternalHost = string | Readonly<Record<string, string>>;

/** An Envoy-side proxy that asks for its configuration (istio.md §3.2). */
export interface ProxyNode {
  id: string;
  type: 'sidecar' | 'router';
  ip: string;
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  serviceAccount: string;
  workload: string;
  clusterId: string;
  meshId: string;
  interceptionMode: 'NONE' | 'REDIRECT';
  /** `heddle`: our own sidecar. `envoy`: a stock Envoy, which lacks Istio's filters and our types. `grpc`: a client without a proxy. */
  proxy: 'heddle' | 'envoy' | 'grpc';
  /** Where the application listens (HEDDLE_APP_IP); the pod IP when there is no address of its own. */
  appIp: string;
  /** Where outbound listeners bind in mode NONE (HEDDLE_OUTBOUND_IP). */
  outboundIp: string;
  /** Gateways: container port → port on 127.0.0.1 (HEDDLE_HOST_PORTS). */
  hostPorts: Readonly<Record<string, number>>;
  locality: Locality;
  /** Directory of a stock Envoy's own secrets (HEDDLE_SDS_DIR): `default.json`, `ROOTCA.json`; empty when they come over ADS. */
  sdsDirectory: string;
}

/** One resource, with a version that changes if and only if its content does. The same version is the same object: encode it once. */
export interface CompiledResource<T> {
  name: string;
  version: string;
  resource: T;
}

/** Everything one proxy is served. Names within a list are unique. */
export interface CompiledProxy {
  clusters: readonly CompiledResource<Cluster>[];
  endpoints: readonly CompiledResource<ClusterLoadAssignment>[];
  listeners: readonly CompiledResource<Listener>[];
  routes: readonly CompiledResource<RouteConfiguration>[];
  workloads: readonly CompiledResource<Workload>[];
  /** SDS names the listeners and clusters refer to: `default`, `ROOTCA`, `kubernetes://NAME`. */
  secrets: readonly string[];
  notes: readonly Note[];
}

/** Something the compiler left out or could not act on. */
export interface Note {
  /** `not_compiled`: left out. `no_effect`: accepted, does nothing here. `conflict`: another object wins. `unresolved`: refers to nothing. */
  code: 'not_compiled' | 'no_effect' | 'conflict' | 'unresolved';
  severity: 'error' | 'warning' | 'info';
  object: { kind: string; namespace: string; name: string };
  /** Field in the object, `spec.http[0].fault`; empty for all of it. */
  path: string;
  message: string;
}

/** A status the control plane has to write back. */
export interface ObjectStatus {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  status: Record<string, unknown>;
}

/** A change to the mesh state. */
export interface ObjectChanges {
  applied?: readonly KubernetesResource[];
  deleted?: readonly { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }[];
  externalHosts?: Readonly<Record<string, ExternalHost>>;
  jwks?: Readonly<Record<string, string>>;
}
