import type { PolicyConnection } from '@/lib/routing';
import { parseIp } from '@/lib/routing';
import type { Connection, PeerTls } from '../io/connection';

/** What policies and telemetry know of a downstream connection: worked out once per connection. */
export class DownstreamContext implements PolicyConnection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls: PeerTls | null;
  readonly serverName: string;
  readonly sourceIp: PolicyConnection['sourceIp'];
  readonly directRemoteIp: PolicyConnection['sourceIp'];
  /** Set per request where x-forwarded-for is trusted. */
  remoteIp: PolicyConnection['sourceIp'];
  readonly destinationIp: PolicyConnection['sourceIp'];
  readonly destinationPort: number;
  readonly peerNames: readonly string[] | null;
  /** x-forwarded-client-cert of this connection; empty until somebody asks. */
  clientCert = '';
  /** Handles of telemetry bound to this connection, by whoever put them there. */
  telemetry: unknown = null;

  constructor(connection: Connection) {
    this.remoteAddress = connection.remoteAddress;
    this.remotePort = connection.remotePort;
    this.localAddress = connection.localAddress;
    this.localPort = connection.localPort;
    const { tls } = connection;
    this.tls = tls;
    this.serverName = tls?.sni ?? '';
    this.sourceIp = parseIp(connection.remoteAddress);
    this.directRemoteIp = this.sourceIp;
    this.remoteIp = this.sourceIp;
    this.destinationIp = parseIp(connection.localAddress);
    this.destinationPort = connection.localPort;
    this.peerNames =
      tls === null || tls.digest === '' ? null : tls.uris.length > 0 ? tls.uris : tls.dnsNames.length > 0 ? tls.dnsNames : [tls.subject];
  }

  /** First SPIFFE id of the peer; empty without mutual TLS. */
  get principal(): string {
    return this.tls?.uris[0] ?? '';
  }

  filterState(key: string): string | undefined {
    return key === 'io.istio.peer_principal' && this.principal !== '' ? this.principal : undefined;
  }
}
