import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { DownstreamTlsContext } from '@/lib/xds';
import type { PeerTls } from '../io/connection';
import { SocketConnection } from '../io/socket-connection';
import { describePeer } from './peer';
import type { SecretStore } from './secret-store';
import type { TlsMaterial } from './tls-settings';
import { gatherMaterial, refusePeer, secureContextOptions, wantSecrets } from './tls-settings';
import { MUX_ALPN } from './upstream-tls';

const HANDSHAKE_TIMEOUT_MS = 15_000;
/** Protocols that stand for HTTP/1.1 or HTTP/2 and can be answered whatever the configured list says. */
const KNOWN = ['h2', 'http/1.1', 'istio-h2', 'istio-http/1.1', 'istio-http/1.0', 'istio', 'istio-peer-exchange'];

/** Told how a handshake ended. */
export interface HandshakeHandler {
  onSecured(connection: SocketConnection): void;
  onRefused(reason: string): void;
}

/** Compiled `DownstreamTlsContext` of a filter chain: a TLS server without a port, which is given accepted sockets. */
export class DownstreamTls {
  private readonly config: DownstreamTlsContext;
  private readonly secrets: SecretStore;
  private readonly speaksMux: boolean;
  private readonly handler: HandshakeHandler;
  private builtFor = 0;
  private material: TlsMaterial | undefined;
  private server: tls.Server | undefined;

  /** @param speaksMux the chain serves HTTP, so that its connections may be multiplexed */
  constructor(config: DownstreamTlsContext, secrets: SecretStore, speaksMux: boolean, handler: HandshakeHandler) {
    this.config = config;
    this.secrets = secrets;
    this.speaksMux = speaksMux;
    this.handler = handler;
    wantSecrets(config.common_tls_context, secrets);
  }

  /** Whether clients must show a certificate. */
  get mutual(): boolean {
    return this.config.require_client_certificate?.value ?? false;
  }

  /** Certificates are there. */
  get ready(): boolean {
    this.refresh();
    return this.material !== undefined;
  }

  /** Shakes hands on an accepted socket; bytes already read from it must have been put back with `unshift`. */
  accept(socket: Socket): void {
    this.refresh();
    if (this.server === undefined || this.material === undefined) {
      socket.destroy();
      this.handler.onRefused('secret is not supplied by SDS');
      return;
    }
    this.server.emit('connection', socket);
  }

  private refresh(): void {
    if (this.builtFor === this.secrets.generation) return;
    this.builtFor = this.secrets.generation;
    const material = gatherMaterial(this.config.common_tls_context, this.secrets);
    this.material = material;
    if (material === undefined) return;
    const options = secureContextOptions(this.config.common_tls_context, material);
    if (this.server === undefined) this.server = this.createServer(options, material);
    else this.server.setSecureContext(options);
  }

  private createServer(options: tls.SecureContextOptions, material: TlsMaterial): tls.Server {
    const server = tls.createServer({
      ...options,
      requestCert: this.mutual || material.roots !== '',
      // Refusing is done below, with a reason for the log.
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      allowHalfOpen: true,
      noDelay: true,
      ALPNCallback: ({ protocols }) => this.chooseProtocol(protocols),
    });
    server.on('tlsClientError', (error: Error, socket) => {
      socket.on('error', () => {});
      socket.destroy();
      this.handler.onRefused(error.message);
    });
    server.on('secureConnection', (socket) => this.admit(socket));
    return server;
  }

  private admit(socket: tls.TLSSocket): void {
    const verdict = this.judge(socket);
    if (typeof verdict === 'string') {
      socket.on('error', () => {});
      socket.destroy();
      this.handler.onRefused(verdict);
      return;
    }
    const connection = new SocketConnection(socket, 'data');
    connection.tls = verdict;
    this.handler.onSecured(connection);
  }

  private judge(socket: tls.TLSSocket): string | PeerTls {
    const { material } = this;
    if (material === undefined) return 'secret is not supplied by SDS';
    const peer = describePeer(socket, material.pairs[0]?.uri ?? '');
    if (peer.digest === '') return this.mutual ? 'peer did not return a certificate' : peer;
    if (material.roots !== '' && !material.acceptUntrusted && !socket.authorized) return String(socket.authorizationError);
    return refusePeer(material, peer, socket) ?? peer;
  }

  private chooseProtocol(offered: readonly string[]): string | undefined {
    if (this.speaksMux && offered.includes(MUX_ALPN)) return MUX_ALPN;
    const configured = this.config.common_tls_context?.alpn_protocols ?? [];
    return configured.find((name) => offered.includes(name)) ?? KNOWN.find((name) => offered.includes(name)) ?? offered[0];
  }
}
