import type { Any, BoolValue, ConfigSource, DataSource, Duration, OpaqueAny, StringMatcher, UInt32Value } from './types-base';
import type { typeUrls } from './types-urls';

/** envoy.extensions.transport_sockets.tls.v3: TLS contexts and what SDS serves. */

type Urls = typeof typeUrls;

export type TlsProtocol = 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';

export interface TlsParameters {
  tls_minimum_protocol_version?: TlsProtocol;
  tls_maximum_protocol_version?: TlsProtocol;
  cipher_suites?: string[];
  ecdh_curves?: string[];
}

export interface TlsCertificate {
  certificate_chain?: DataSource;
  private_key?: DataSource;
  password?: DataSource;
  ocsp_staple?: DataSource;
}

export interface SubjectAltNameMatcher {
  san_type: 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME';
  matcher: StringMatcher;
}

export interface CertificateValidationContext {
  trusted_ca?: DataSource;
  verify_certificate_spki?: string[];
  verify_certificate_hash?: string[];
  match_typed_subject_alt_names?: SubjectAltNameMatcher[];
  /** Deprecated in the proto: matches a name of any type. */
  match_subject_alt_names?: StringMatcher[];
  crl?: DataSource;
  allow_expired_certificate?: boolean;
  trust_chain_verification?: 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED';
  system_root_certs?: object;
  /** Authorities that a gRPC client finds by its own bootstrap. */
  ca_certificate_provider_instance?: CertificateProviderInstance;
}

export interface SdsSecretConfig {
  name: string;
  sds_config?: ConfigSource;
}

export interface CertificateProviderInstance {
  instance_name: string;
  certificate_name?: string;
}

export interface CommonTlsContext {
  tls_params?: TlsParameters;
  tls_certificates?: TlsCertificate[];
  tls_certificate_sds_secret_configs?: SdsSecretConfig[];
  /** Certificates that a gRPC client finds by its own bootstrap. */
  tls_certificate_provider_instance?: CertificateProviderInstance;
  validation_context?: CertificateValidationContext;
  validation_context_sds_secret_config?: SdsSecretConfig;
  combined_validation_context?: {
    default_validation_context: CertificateValidationContext;
    validation_context_sds_secret_config: SdsSecretConfig;
  };
  alpn_protocols?: string[];
}

export interface UpstreamTlsContext {
  common_tls_context?: CommonTlsContext;
  sni?: string;
  allow_renegotiation?: boolean;
  max_session_keys?: UInt32Value;
}

export interface DownstreamTlsContext {
  common_tls_context?: CommonTlsContext;
  require_client_certificate?: BoolValue;
  require_sni?: BoolValue;
  disable_stateless_session_resumption?: boolean;
  session_timeout?: Duration;
}

export type UpstreamTlsAny = Any<Urls['upstreamTls'], UpstreamTlsContext>;
export type DownstreamTlsAny = Any<Urls['downstreamTls'], DownstreamTlsContext>;
export type RawBufferAny = Any<Urls['rawBuffer'], object>;

/** envoy.config.core.v3.TransportSocket on a cluster. */
export interface UpstreamTransportSocket {
  name: string;
  typed_config?: UpstreamTlsAny | RawBufferAny | OpaqueAny;
}

/** envoy.config.core.v3.TransportSocket on a filter chain. */
export interface DownstreamTransportSocket {
  name: string;
  typed_config?: DownstreamTlsAny | RawBufferAny | OpaqueAny;
}

export interface Secret {
  name: string;
  tls_certificate?: TlsCertificate;
  validation_context?: CertificateValidationContext;
  generic_secret?: { secret?: DataSource };
}
