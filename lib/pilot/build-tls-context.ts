import { filterNames, typeUrls } from '@/lib/xds';
import type {
  CertificateValidationContext,
  CommonTlsContext,
  ConfigSource,
  DownstreamTlsContext,
  DownstreamTransportSocket,
  SdsSecretConfig,
  SubjectAltNameMatcher,
  TlsParameters,
  UpstreamTlsContext,
  UpstreamTransportSocket,
} from '@/lib/xds';
import type { TrafficPolicy } from './mesh-settings';

/** ALPN between proxies of the mesh: what the other side's PERMISSIVE chain recognises mutual TLS by (istio.md §3.3). */
export const meshAlpn = {
  tcp: ['istio'],
  http1: ['istio-http/1.1', 'istio', 'http/1.1'],
  http2: ['istio-h2', 'istio', 'h2'],
  /** What a server chain for mutual TLS matches on. */
  recognised: ['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'],
  recognisedHttp: ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'],
} as const;

export const WORKLOAD_CERTIFICATE = 'default';
export const ROOT_CERTIFICATE = 'ROOTCA';

const meshTlsParameters: TlsParameters = {
  tls_minimum_protocol_version: 'TLSv1_2',
  tls_maximum_protocol_version: 'TLSv1_3',
  cipher_suites: [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'AES128-GCM-SHA256',
  ],
};

/** Where certificate authorities of the public web are kept on Debian and its kin; used when a rule names none. */
const systemRoots = '/etc/ssl/certs/ca-certificates.crt';

const ads: ConfigSource = { ads: {}, initial_fetch_timeout: { seconds: 0 }, resource_api_version: 'V3' };

/** A reference to a secret served over ADS. */
export function sdsSecret(name: string): SdsSecretConfig {
  return { name, sds_config: ads };
}

export const rawBuffer: UpstreamTransportSocket = { name: filterNames.rawBuffer, typed_config: { '@type': typeUrls.rawBuffer } };

function upstream(context: UpstreamTlsContext): UpstreamTransportSocket {
  return { name: filterNames.tls, typed_config: { '@type': typeUrls.upstreamTls, ...context } };
}

function downstream(context: DownstreamTlsContext): DownstreamTransportSocket {
  return { name: filterNames.tls, typed_config: { '@type': typeUrls.downstreamTls, ...context } };
}

function sanMatchers(names: readonly string[]): SubjectAltNameMatcher[] {
  return names.flatMap((name): SubjectAltNameMatcher[] =>
    name.includes('://')
      ? [{ san_type: 'URI', matcher: { exact: name } }]
      : [name.startsWith('*.') ? { san_type: 'DNS', matcher: { suffix: name.slice(1) } } : { san_type: 'DNS', matcher: { exact: name } }],
  );
}

/** Mutual TLS with the workload's own certificate, towards servers that have one of `identities` (none: any identity of the mesh). */
export function mutualTlsUpstream(options: {
  identities: readonly string[];
  sni: string;
  alpn: readonly string[];
}): UpstreamTransportSocket {
  return upstream({
    common_tls_context: {
      tls_params: meshTlsParameters,
      alpn_protocols: [...options.alpn],
      tls_certificate_sds_secret_configs: [sdsSecret(WORKLOAD_CERTIFICATE)],
      combined_validation_context: {
        default_validation_context:
          options.identities.length === 0 ? {} : { match_typed_subject_alt_names: sanMatchers(options.identities) },
        validation_context_sds_secret_config: sdsSecret(ROOT_CERTIFICATE),
      },
    },
    ...(options.sni === '' ? {} : { sni: options.sni }),
  });
}

/** Mutual TLS towards servers for a gRPC client, whose certificates are where its bootstrap says (provider `default`). */
export function certificateProviderTls(socket: UpstreamTransportSocket): UpstreamTransportSocket {
  const config = socket.typed_config;
  const context = config?.['@type'] === typeUrls.upstreamTls ? config.common_tls_context : undefined;
  const names = context?.combined_validation_context?.default_validation_context.match_typed_subject_alt_names ?? [];
  return upstream({
    common_tls_context: {
      tls_certificate_provider_instance: { instance_name: 'default', certificate_name: WORKLOAD_CERTIFICATE },
      validation_context: {
        ca_certificate_provider_instance: { instance_name: 'default', certificate_name: ROOT_CERTIFICATE },
        match_subject_alt_names: names.map(({ matcher }) => matcher),
      },
    },
  });
}

/** Mutual TLS on the server's side: any certificate of the mesh's root with an identity of one of the trust domains. */
export function mutualTlsDownstream(trustDomains: readonly string[], alpn: readonly string[]): DownstreamTransportSocket {
  return downstream({
    common_tls_context: {
      tls_params: meshTlsParameters,
      alpn_protocols: [...alpn],
      tls_certificate_sds_secret_configs: [sdsSecret(WORKLOAD_CERTIFICATE)],
      combined_validation_context: {
        default_validation_context: {
          match_typed_subject_alt_names: trustDomains.map((domain) => ({ san_type: 'URI', matcher: { prefix: `spiffe://${domain}/` } })),
        },
        validation_context_sds_secret_config: sdsSecret(ROOT_CERTIFICATE),
      },
    },
    require_client_certificate: { value: true },
  });
}

type ClientTls = NonNullable<TrafficPolicy['tls']>;

/**
 * TLS that a DestinationRule asks for (SIMPLE or MUTUAL), or `undefined` for DISABLE. `host` is the SNI when the rule has none; the
 * server's certificate must bear the rule's names, else (unless verification is off) the SNI. Only proxies that are meant have a
 * credential: a sidecar under a rule for all workloads speaks plaintext then, as Istio's do (`credentials`: whether it may have one).
 */
export function clientTls(
  tls: ClientTls,
  options: { host: string; serviceNames: readonly string[]; http2: boolean; credentials: boolean },
): UpstreamTransportSocket | undefined {
  if (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL') return undefined;
  const sni = tls.sni ?? (options.host.startsWith('*') ? '' : options.host);
  const context: CommonTlsContext = {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
    ...(options.http2 ? { alpn_protocols: ['h2'] } : {}),
  };
  const listed = (tls.subjectAltNames ?? []).length > 0 ? (tls.subjectAltNames ?? []) : options.serviceNames;
  const names = listed.length > 0 ? listed : sni === '' ? [] : [sni];
  const byCredential = tls.credentialName !== undefined && tls.credentialName !== '';
  if (byCredential && !options.credentials) return undefined;
  if (byCredential) {
    if (tls.mode === 'MUTUAL') context.tls_certificate_sds_secret_configs = [sdsSecret(`kubernetes://${tls.credentialName}`)];
    context.combined_validation_context = {
      default_validation_context: names.length === 0 ? {} : { match_typed_subject_alt_names: sanMatchers(names) },
      validation_context_sds_secret_config: sdsSecret(`kubernetes://${tls.credentialName}-cacert`),
    };
  } else {
    if (tls.mode === 'MUTUAL' && tls.clientCertificate !== undefined && tls.privateKey !== undefined) {
      context.tls_certificates = [{ certificate_chain: { filename: tls.clientCertificate }, private_key: { filename: tls.privateKey } }];
    }
    context.validation_context = validationContext(tls, names);
  }
  return upstream({ common_tls_context: context, ...(sni === '' ? {} : { sni }) });
}

function validationContext(tls: ClientTls, names: readonly string[]): CertificateValidationContext {
  if (tls.insecureSkipVerify === true) return { trust_chain_verification: 'ACCEPT_UNTRUSTED' };
  const ca =
    tls.caCertificates === undefined || tls.caCertificates === '' || tls.caCertificates === 'system' ? systemRoots : tls.caCertificates;
  return {
    trusted_ca: { filename: ca },
    ...(tls.caCrl === undefined ? {} : { crl: { filename: tls.caCrl } }),
    ...(names.length === 0 ? {} : { match_typed_subject_alt_names: sanMatchers(names) }),
  };
}

/** A server's own TLS (gateways, Sidecar ingress): common context built by the caller. */
export function serverTls(context: DownstreamTlsContext): DownstreamTransportSocket {
  return downstream(context);
}

export { sanMatchers };
