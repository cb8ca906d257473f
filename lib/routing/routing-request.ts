import type { StructValue } from '@/lib/xds';

/** A source of randomness: uniformly distributed in [0, 1), like Math.random. Passed in, so that every choice can be replayed. */
export type Random = () => number;

/**
 * What the matchers ask of a request. The proxy implements it over its parsed head without making strings of headers nobody asks for
 * (`RouteTable.headerNames` says which ones can be asked).
 */
export interface RoutingRequest {
  readonly method: string;
  /** Path with query (`:path`), after normalisation; empty for a CONNECT without a path. */
  readonly path: string;
  /** Host header or `:authority`, with port if it has one. */
  readonly authority: string;
  readonly scheme: string;
  /** The value of an ordinary header by lower-case name; several values joined with `,`. Undefined when absent. */
  header(name: string): string | undefined;
  /** Facts of the downstream TLS connection; absent means plaintext. */
  readonly tls?: { readonly presented: boolean; readonly validated: boolean };
  /** Dynamic metadata left by earlier filters (for example the claims of a JWT). */
  metadata?(filter: string, path: readonly string[]): StructValue | undefined;
}

/** The value of a header or pseudo-header. */
export function readHeader(request: RoutingRequest, name: string): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':path':
      return request.path === '' ? undefined : request.path;
    case ':authority':
    case 'host':
      return request.authority === '' ? undefined : request.authority;
    case ':scheme':
      return request.scheme;
    default:
      return request.header(name);
  }
}

/** What `plainRequest` takes; everything but the path has a default. */
export interface PlainRequest {
  method?: string;
  path: string;
  authority?: string;
  scheme?: string;
  headers?: Readonly<Record<string, string>>;
  tls?: { presented: boolean; validated: boolean };
  metadata?: Readonly<Record<string, StructValue>>;
}

/** A RoutingRequest from plain data, for previews and simulations. Header names are taken case-insensitively. */
export function plainRequest(plain: PlainRequest): RoutingRequest {
  const headers = new Map(Object.entries(plain.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const metadata = plain.metadata ?? {};
  return {
    method: plain.method ?? 'GET',
    path: plain.path,
    authority: plain.authority ?? '',
    scheme: plain.scheme ?? 'http',
    header: (name) => headers.get(name),
    metadata: (filter, path) => readStructPath(metadata[filter], path),
    ...(plain.tls ? { tls: plain.tls } : {}),
  };
}

/** Follows keys into a Struct; undefined when one is missing. */
export function readStructPath(struct: StructValue | undefined, path: readonly string[]): StructValue | undefined {
  let value = struct;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[key];
  }
  return value;
}
