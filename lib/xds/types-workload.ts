/**
 * heddle.workload.v1.Workload: who lives at an IP address. Served wildcard, before CDS, to Heddle's own proxies only; the resource's
 * name is the IP. It lets both ends of a connection name their peer in metrics and spans without exchanging metadata headers.
 */
export interface Workload {
  /** The address, which is also the resource's name. */
  name: string;
  pod?: string;
  namespace?: string;
  workload?: string;
  app?: string;
  version?: string;
  canonical_name?: string;
  canonical_revision?: string;
  service_account?: string;
  cluster?: string;
}
