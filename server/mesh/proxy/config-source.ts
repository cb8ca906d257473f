/**
 * The two things the data plane needs from outside: its configuration (xDS resources in the typed form of `@/lib/xds`) and its identity
 * (a certificate whose key never leaves the process). The ADS client in `xds-client/` implements both; tests use plain objects.
 */

/** One resource as it came over xDS: decoded, in the typed form, with `'@type'` of its own left out. */
export interface DeliveredResource {
  readonly name: string;
  readonly version: string;
  readonly resource: unknown;
}

export interface ConfigHandler {
  /**
   * Takes a change of one type. Returns `undefined` to acknowledge, or the text of the refusal (NACK); throwing refuses too.
   * A refused change leaves what was there before in force.
   */
  onResources(typeUrl: string, added: readonly DeliveredResource[], removed: readonly string[]): string | undefined;
}

/** Where configuration comes from. CDS, LDS and workloads are wildcard subscriptions of the source; EDS, RDS and SDS are asked for by name. */
export interface ConfigSource {
  start(handler: ConfigHandler): void;
  subscribe(typeUrl: string, names: readonly string[]): void;
  unsubscribe(typeUrl: string, names: readonly string[]): void;
  stop(): void;
}

/** Key, certificate chain (leaf first) and trusted roots, all PEM. */
export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
  readonly rootsPem: string;
}

export interface IdentitySource {
  current(): Identity;
  onRotate(callback: () => void): void;
}
