import type { VirtualServiceSpec } from '@/lib/kinds';
import type { SourceObject } from './provenance';

export type HttpRouteSpec = NonNullable<VirtualServiceSpec['http']>[number];
export type HttpMatchSpec = NonNullable<HttpRouteSpec['match']>[number];
export type HttpDestination = NonNullable<HttpRouteSpec['route']>[number];
export type TcpRouteSpec = NonNullable<VirtualServiceSpec['tcp']>[number];
export type TlsRouteSpec = NonNullable<VirtualServiceSpec['tls']>[number];
export type StringMatch = NonNullable<HttpMatchSpec['uri']>;

/** A field of an object. */
export interface Origin {
  source: SourceObject;
  path: string;
}

/** What only routes of the Gateway API can ask for. */
export interface GatewayApiExtras {
  /** `/foo` matches `/foo` and `/foo/…` but not `/foobar`. */
  segmentPrefix?: boolean;
  /** Rewrite or redirect that replaces the matched prefix, segment-wise. */
  replacePrefix?: string;
  replaceFullPath?: string;
  redirectReplacePrefix?: string;
  /** Share of the weight that goes to backends which do not exist: answered with 500. */
  invalidWeight?: number;
  /** Header changes of the rule itself are in `headers`; those of a destination travel with it. */
  retryCodes?: readonly number[];
}

/** One rule of `spec.http`, or what a rule of an HTTPRoute or GRPCRoute comes to. */
export interface HttpRule {
  origin: Origin;
  /** Origin of each match, when they are not `path.match[i]`. */
  spec: HttpRouteSpec;
  extras?: GatewayApiExtras;
}

export interface TcpRule {
  origin: Origin;
  spec: TcpRouteSpec;
}

export interface TlsRule {
  origin: Origin;
  spec: TlsRouteSpec;
}

/** A VirtualService with names resolved and delegates merged, or what Gateway API routes come to. */
export interface VirtualServiceModel {
  source: SourceObject;
  name: string;
  namespace: string;
  creationTimestamp: string;
  hosts: readonly string[];
  /** `mesh` or `namespace/name`. */
  gateways: readonly string[];
  exportTo: readonly string[];
  gatewayApi: boolean;
  http: readonly HttpRule[];
  tcp: readonly TcpRule[];
  tls: readonly TlsRule[];
}
