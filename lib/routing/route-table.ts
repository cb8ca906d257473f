import type { HttpFault, JwtPerRoute, Metadata, Provenance, Route, VirtualHost } from '@/lib/xds';
import type { CompiledRbacFilter } from './compile-rbac';
import type { CompiledCors } from './decide-cors';
import type { CompiledFault } from './decide-fault';
import type { CompiledHashPolicy } from './hash-request';
import type { CompiledMatch } from './match-route';
import type { HeaderMutation } from './mutate-headers';
import type { Fraction } from './read-values';
import type { CompiledRetryPolicy } from './retry-policy';
import type { PathRewrite } from './rewrite-path';

/** A route configuration, compiled once per push and never changed afterwards. */
export interface RouteTable {
  readonly name: string;
  readonly exactHosts: ReadonlyMap<string, CompiledVirtualHost>;
  /** `*.example.com`, longest first. */
  readonly suffixHosts: readonly HostsOfLength[];
  /** `example.*`, longest first. */
  readonly prefixHosts: readonly HostsOfLength[];
  readonly defaultHost: CompiledVirtualHost | null;
  readonly ignorePort: boolean;
  readonly ignorePathParameters: boolean;
  readonly virtualHosts: readonly CompiledVirtualHost[];
  /** Lower-case names of all request headers that routing can ask for. */
  readonly headerNames: readonly string[];
}

export interface HostsOfLength {
  readonly length: number;
  readonly hosts: ReadonlyMap<string, CompiledVirtualHost>;
}

export interface CompiledVirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly CompiledRoute[];
  /** Which routes to try; null: all of them. */
  readonly index: RouteIndex | null;
  /** Answer to plaintext requests when the host wants TLS; null when it does not. */
  readonly tlsRedirect: Decision | null;
  readonly includeAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly provenance: Provenance | null;
  readonly source: VirtualHost;
}

/** Routes by what the path has after its first slash: lists of those that may match, each in the order of the table. */
export interface RouteIndex {
  /** By the code of the path's second character. */
  readonly byCode: readonly (readonly CompiledRoute[] | undefined)[];
  /** For every other path. */
  readonly others: readonly CompiledRoute[];
}

export interface CompiledRoute extends CompiledMatch {
  readonly name: string;
  readonly index: number;
  /** One decision per weighted cluster; one alone for every other action. */
  readonly decisions: readonly Decision[];
  /** Running sums of the weights, in step with `decisions`. */
  readonly cumulativeWeights: readonly number[];
  readonly totalWeight: number;
  /** Header that replaces the draw between weighted clusters; null for none. */
  readonly weightHeader: string | null;
  readonly action: RouteActionSettings | null;
  readonly provenance: Provenance | null;
  readonly source: Route;
}

/** What a forwarding route says beside where to. Times in milliseconds; 0 means none. */
export interface RouteActionSettings {
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number | null;
  readonly maxStreamMs: number | null;
  /** `grpc-timeout` is honoured up to this (0: without a bound); null: not at all. */
  readonly grpcTimeoutMaxMs: number | null;
  /** Timeout of a gRPC request that has no `grpc-timeout`. */
  readonly grpcTimeoutMissingMs: number;
  readonly grpcTimeoutOffsetMs: number;
  readonly retry: CompiledRetryPolicy | null;
  readonly mirrors: readonly Mirror[];
  readonly hashPolicies: readonly CompiledHashPolicy[];
  readonly pathRewrite: PathRewrite | null;
  readonly hostRewrite: HostRewrite | null;
  readonly appendForwardedHost: boolean;
  readonly highPriority: boolean;
  readonly clusterNotFoundStatus: 503 | 404 | 500;
  /** Lower-case upgrade types → enabled. */
  readonly upgrades: ReadonlyMap<string, boolean>;
}

export type HostRewrite =
  | { readonly kind: 'literal'; readonly host: string }
  | { readonly kind: 'upstream' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'path'; readonly replace: (path: string) => string };

export interface Mirror {
  readonly cluster: string;
  readonly clusterHeader: string | null;
  readonly fraction: Fraction;
  /** Host gets `-shadow` before its port. */
  readonly suffixHost: boolean;
  /** Null: as the original request. */
  readonly traceSampled: boolean | null;
}

export type DecisionKind = 'forward' | 'redirect' | 'direct_response' | 'non_forwarding' | 'no_host' | 'no_route';

/**
 * What will become of a request. Made when the table is compiled, one per outcome, and handed out as it is: deciding allocates nothing.
 */
export interface Decision {
  readonly kind: DecisionKind;
  readonly virtualHost: CompiledVirtualHost | null;
  readonly route: CompiledRoute | null;
  /** Name of the Envoy cluster; empty unless `forward`. */
  readonly cluster: string;
  /** Header that names the cluster instead; `decide` puts its value into `cluster`. */
  readonly clusterHeader: string | null;
  readonly weight: number;
  /** Share of the route's requests, 0 to 100. */
  readonly percent: number;
  /** The Host that the weighted cluster sets, without a trace; the route's own rewrite then has the last word. */
  readonly clusterHost: string | null;
  readonly hostRewrite: HostRewrite | null;
  readonly requestMutations: readonly HeaderMutation[];
  readonly responseMutations: readonly HeaderMutation[];
  readonly filters: FilterOverrides;
  readonly metadataMatch: Metadata | null;
  readonly redirect: RedirectSettings | null;
  readonly directResponse: { readonly status: number; readonly body: string | Uint8Array } | null;
  /** Source of the choice: the destination in the route when it is known, else the route. */
  readonly provenance: Provenance | null;
  /** Free for whoever owns the table: the proxy hangs its cluster and metric handles here once per push. */
  binding: unknown;
}

export interface RedirectSettings {
  readonly status: 301 | 302 | 303 | 307 | 308;
  /** Empty: keep. */
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** Replaces path and, when it has one, query; null: see `rewrite`. */
  readonly path: string | null;
  readonly rewrite: PathRewrite | null;
  readonly stripQuery: boolean;
}

/** `disabled` switches a filter off, null leaves it to its own configuration. */
export interface FilterOverrides {
  readonly fault: CompiledFault | 'disabled' | null;
  readonly faultSource: HttpFault | null;
  readonly cors: CompiledCors | 'disabled' | null;
  readonly rbac: CompiledRbacFilter | 'disabled' | null;
  readonly jwt: JwtPerRoute | null;
}
