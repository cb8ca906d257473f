import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { DEFAULT_TRUST_DOMAIN } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import { createCitadelMetrics } from './citadel-metrics';
import { loadAuthority, trustedRootPath } from './load-authority';
import { publishRoot } from './publish-root';
import { certificatePath, createCertificateMethod } from './serve-certificates';
import type { CertificateMethod } from './serve-certificates';
import { issueServerPair } from './sign-certificates';
import type { PemPair } from './sign-certificates';
import { createTokenVerifier } from './verify-token';
import type { CallerIdentity } from './verify-token';

export interface StartCitadelOptions {
  client: KubeClient;
  logger: Logger;
  /** `--data-dir/pki`. */
  pkiDir: string;
  trustDomain?: string;
  now?: () => Date;
}

export interface Citadel {
  /** Trusted root of the mesh's identities, PEM. */
  rootPem: string;
  /** The same in a file, for the bootstrap of sidecars. */
  rootCertPath: string;
  /** Certificate and key for the control plane's TLS port, made at start. */
  server: PemPair;
  /** Who a ServiceAccount token speaks for. @throws HeddleError `unauthorized` */
  authenticate: (token: string) => Promise<CallerIdentity>;
  /** The certificate service by path, to be served on the TLS port of discovery. */
  methods: Readonly<Record<string, CertificateMethod>>;
  registry: Registry;
  stop(): void;
}

const serverNames = ['istiod.istio-system.svc', 'istiod.istio-system.svc.cluster.local', 'istiod', 'localhost'];

/** Starts the certificate authority: loads or makes its root, publishes it, and prepares the service. It opens no port of its own. */
export async function startCitadel(options: StartCitadelOptions): Promise<Citadel> {
  const { client, logger, pkiDir } = options;
  const now = options.now ?? (() => new Date());
  const trustDomain = options.trustDomain ?? DEFAULT_TRUST_DOMAIN;
  const authority = await loadAuthority({ pkiDir, trustDomain, now: now(), client });
  const metrics = createCitadelMetrics();
  metrics.rootExpiry.set(authority.certificate.notAfter.getTime() / 1000);
  const authenticate = createTokenVerifier(client);
  const server = await issueServerPair(authority, serverNames, ['127.0.0.1'], now());
  const publisher = publishRoot(client, authority.rootPem, logger);
  const method = createCertificateMethod({ authority: () => authority, trustDomain, authenticate, metrics, logger, now });
  return {
    rootPem: authority.rootPem,
    rootCertPath: trustedRootPath(pkiDir),
    server,
    authenticate,
    methods: { [certificatePath]: method },
    registry: metrics.registry,
    stop: () => publisher.stop(),
  };
}
