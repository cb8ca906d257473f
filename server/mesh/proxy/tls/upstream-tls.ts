import tls from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { UpstreamTlsContext } from '@/lib/xds';
import type { PeerTls } from '../io/connection';
import type { TlsDial } from '../io/connect-socket';
import { describePeer } from './peer';
import type { SecretStore } from './secret-store';
import type { TlsMaterial } from './tls-settings';
import { gatherMaterial, refusePeer, secureContextOptions, wantSecrets } from './tls-settings';

/** Our own multiplexed hop, offered first to whoever speaks Istio's mutual TLS. */
export const MUX_ALPN = 'heddle-mux/1';
/** Offered beside the real protocol, so that a permissive server knows mesh traffic before it decrypts it. */
const ISTIO_HTTP1 = ['istio-http/1.1', 'istio', 'http/1.1'];
const ISTIO_HTTP2 = ['istio-h2', 'istio', 'h2'];

/** Sessions kept per cluster; the one kept longest goes first. */
const MAX_SESSIONS = 256;

/** A session, and who the server was when its certificate was last seen: of a session taken up again Node tells a client nothing. */
interface KeptSession {
  readonly session: Buffer;
  readonly peer: PeerTls;
  /** When that certificate expires, in milliseconds since the epoch. */
  readonly expires: number;
}

/** Compiled `UpstreamTlsContext` of a cluster. */
export class UpstreamTls {
  private readonly config: UpstreamTlsContext;
  private readonly secrets: SecretStore;
  private builtFor = 0;
  private material: TlsMaterial | undefined;
  private context: SecureContext | undefined;
  /** By server and server name; certificates or roots that change take all of them along. */
  private readonly sessions = new Map<string, KeptSession>();

  constructor(config: UpstreamTlsContext, secrets: SecretStore) {
    this.config = config;
    this.secrets = secrets;
    wantSecrets(config.common_tls_context, secrets);
  }

  get sni(): string {
    return this.config.sni ?? '';
  }

  /** Mutual TLS of the mesh: the protocols offered name `istio`. */
  get isMesh(): boolean {
    return (this.config.common_tls_context?.alpn_protocols ?? []).some((name) => name === 'istio' || name.startsWith('istio-'));
  }

  /**
   * What to dial with, or undefined while secrets are missing.
   * `sni` is used where the configuration names none (`auto_sni`).
   * `purpose`: 'http1' offers the multiplexed hop to mesh peers; 'tcp' offers the configured protocols alone.
   * `server` is the endpoint (`address:port`), whose sessions are its own.
   */
  dial(purpose: 'http1' | 'http2' | 'tcp', sni: string, server: string): TlsDial | undefined {
    this.refresh();
    const { context, material } = this;
    if (context === undefined || material === undefined) return undefined;
    const localUri = material.pairs[0]?.uri ?? '';
    const name = this.sni === '' ? sni : this.sni;
    const key = `${server}|${name}`;
    const known = this.knownSession(key);
    let latest: Buffer | undefined;
    let verified: Omit<KeptSession, 'session'> | undefined;
    // A session may come before the server is known to be the right one, or long after.
    const keep = (): void => {
      // A connection of earlier certificates must not bring their identity back.
      if (latest !== undefined && verified !== undefined && this.context === context) this.keep(key, { ...verified, session: latest });
    };
    return {
      context,
      alpn: this.protocols(purpose),
      sni: name,
      checkChain: material.roots !== '' && !material.acceptUntrusted,
      session: known?.session,
      keepSession: (session) => {
        latest = session;
        if (session !== undefined) keep();
        else if (this.context === context) this.sessions.delete(key);
      },
      verify: (socket: TLSSocket): string | PeerTls => {
        const shown = describePeer(socket, localUri);
        if (shown.resumed && known !== undefined) {
          const { alpn, version, resumed } = shown;
          verified = { peer: { ...known.peer, alpn, version, resumed }, expires: known.expires };
        } else {
          const refusal = refusePeer(material, shown, socket);
          if (refusal !== undefined) return refusal;
          verified = { peer: shown, expires: Date.parse(socket.getPeerCertificate().valid_to) };
        }
        keep();
        return verified.peer;
      },
    };
  }

  private knownSession(key: string): KeptSession | undefined {
    const known = this.sessions.get(key);
    return known !== undefined && known.expires > Date.now() ? known : undefined;
  }

  private keep(key: string, session: KeptSession): void {
    this.sessions.delete(key);
    this.sessions.set(key, session);
    if (this.sessions.size <= MAX_SESSIONS) return;
    const [oldest] = this.sessions.keys();
    if (oldest !== undefined) this.sessions.delete(oldest);
  }

  private protocols(purpose: 'http1' | 'http2' | 'tcp'): readonly string[] {
    const configured = this.config.common_tls_context?.alpn_protocols ?? [];
    if (purpose === 'tcp') return configured;
    if (this.isMesh) return purpose === 'http2' ? ISTIO_HTTP2 : [MUX_ALPN, ...ISTIO_HTTP1];
    if (configured.length > 0) return configured;
    return purpose === 'http2' ? ['h2'] : [];
  }

  private refresh(): void {
    if (this.builtFor === this.secrets.generation) return;
    this.builtFor = this.secrets.generation;
    this.material = undefined;
    this.context = undefined;
    this.sessions.clear();
    try {
      const material = gatherMaterial(this.config.common_tls_context, this.secrets);
      // A file may come later without a secret changing: the next connection looks again.
      if (material === undefined) this.builtFor = 0;
      else this.context = tls.createSecureContext(secureContextOptions(this.config.common_tls_context, material));
      this.material = material;
    } catch {
      // Files are not looked at before they are needed. What is no certificate fails this cluster's connections, not the proxy.
      this.material = undefined;
    }
  }
}
