import type { Provenance } from '@/lib/xds';
import type { Note, PilotOptions } from '@/lib/pilot';
import type { KubernetesResource } from '@/lib/model';

/** Who sends what, in which mesh. */
export interface SimulationInput {
  /** Plain Kubernetes objects, as manifests have them. A Deployment counts as its pods, injected. */
  readonly objects: readonly KubernetesResource[];
  /** `namespace/workload`. */
  readonly from: string;
  readonly request: SimulatedRequest;
  readonly options?: PilotOptions;
  /** The time that tokens are judged by, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** A request as its sender writes it. */
export interface SimulatedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https' | 'tcp';
  /** Host without port. */
  readonly host: string;
  readonly port: number;
  /** With query. */
  readonly path: string;
  /** Names in lower case. `host` replaces the Host made from the URL. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SimulatedFault {
  readonly delay?: { readonly ms: number; readonly percent: number };
  /** An HTTP status, or for gRPC `grpcStatus`. */
  readonly abort?: { readonly status?: number; readonly grpcStatus?: number; readonly percent: number };
}

/** Where a part of a decision is written: `Kind namespace/name` and the field in it (empty: the whole object). */
export interface Source {
  readonly object: string;
  readonly path: string;
}

export interface Authorization {
  /** `mixed`: destinations differ, see `destinations`. */
  readonly verdict: 'allow' | 'deny' | 'mixed';
  /** The policy that decided, `AuthorizationPolicy namespace/name`; absent when none did. */
  readonly object?: string;
  /** The rule in it that decided. */
  readonly path?: string;
  /** In words, why not. */
  readonly reason?: string;
}

/** One workload that a cluster's requests can reach. */
export interface SimulatedDestination {
  readonly cluster: string;
  /** `namespace/workload`, or the address of something outside the mesh. */
  readonly workload: string;
  /** Label `version` of its pods. */
  readonly version?: string;
  /** What the Envoy cluster is made from: the subset of a DestinationRule, else the Service. */
  readonly source: Source | null;
  /** What decides about plaintext and mutual TLS at the other side: a PeerAuthentication, else its Service. */
  readonly tlsSource: Source | null;
  /** Endpoints of it that may be chosen. */
  readonly endpoints: number;
  readonly mtls: boolean;
  readonly authorization: Authorization;
  /** Set when its proxy answers in place of the application, or the connection fails (503). */
  readonly status?: number;
}

export interface SimulatedTry {
  readonly object: string;
  readonly path: string;
  /** The match of the rule that was tried, where it has several. */
  readonly match?: string;
  /** The first condition that did not hold. */
  readonly failed: string;
}

/** The JSON of `heddle simulate` (CONTRACTS §4). */
export interface Simulation {
  readonly listener: string;
  readonly virtualHost: string;
  readonly route: string;
  /** `Kind namespace/name` of the object the route was made from; empty when no route was found. */
  readonly object: string;
  /** The field in it. */
  readonly path: string;
  /** Envoy clusters with their weights; a single destination has weight 100. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  /** Where listener, virtual host and each of `clusters` are written. */
  readonly sources: { readonly listener: Source | null; readonly host: Source | null; readonly clusters: readonly (Source | null)[] };
  readonly fault: SimulatedFault | null;
  /** 0: none. */
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
  readonly retryOn: readonly string[];
  readonly mirror: readonly { readonly name: string; readonly percent: number }[];
  readonly authorization: Authorization;
  /** Whether every destination is reached over mutual TLS. */
  readonly mtls: boolean;
  /** The status the caller is certain to get from a proxy; absent when the application answers (or chance decides). */
  readonly status?: number;
  /** Where `status` comes from, in words. */
  readonly statusReason?: string;
  readonly location?: string;
  /** What the destination is asked, where rewrites change it. */
  readonly upstream?: { readonly host: string; readonly path: string };
  readonly tried: readonly SimulatedTry[];
  readonly destinations: readonly SimulatedDestination[];
  /** What the compiler left out for the caller's proxy. */
  readonly notes: readonly Note[];
}

/** What a resource was made from. */
export function sourceOf(provenance: Provenance | null | undefined): Source | null {
  return provenance === null || provenance === undefined ? null : { object: provenance.object, path: provenance.path ?? '' };
}

/** `Kind namespace/name`, or empty. */
export function objectOf(provenance: Provenance | null | undefined): string {
  return provenance?.object ?? '';
}
