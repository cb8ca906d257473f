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

/** Compiled `UpstreamTlsContext` of a cluster. */
export class UpstreamTls {
  private readonly config: UpstreamTlsContext;
  private readonly secrets: SecretStore;
  private builtFor = 0;
  private material: TlsMaterial | undefined;
  private context: SecureContext | undefined;

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
   */
  dial(purpose: 'http1' | 'http2' | 'tcp', sni: string, session: Buffer | undefined): TlsDial | undefined {
    this.refresh();
    const { context, material } = this;
    if (context === undefined || material === undefined) return undefined;
    const localUri = material.pairs[0]?.uri ?? '';
    return {
      context,
      alpn: this.protocols(purpose),
      sni: this.sni === '' ? sni : this.sni,
      checkChain: material.roots !== '' && !material.acceptUntrusted,
      session,
      verify: (socket: TLSSocket): string | PeerTls => {
        const peer = describePeer(socket, localUri);
        return refusePeer(material, peer) ?? peer;
      },
    };
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
