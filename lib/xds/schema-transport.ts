import type { EnumRows, MessageRows } from './schema-rows';

/** Rows of the wire table: transport sockets and secrets. */
export const transportMessages = {
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': {
    common_tls_context: '1 envoy.extensions.transport_sockets.tls.v3.CommonTlsContext',
    sni: '2 string',
    allow_renegotiation: '3 bool',
    max_session_keys: '4 google.protobuf.UInt32Value',
    enforce_rsa_key_usage: '5 google.protobuf.BoolValue',
  },
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': {
    common_tls_context: '1 envoy.extensions.transport_sockets.tls.v3.CommonTlsContext',
    require_client_certificate: '2 google.protobuf.BoolValue',
    require_sni: '3 google.protobuf.BoolValue',
    session_ticket_keys: '4 envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys',
    session_ticket_keys_sds_secret_config: '5 envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig',
    session_timeout: '6 google.protobuf.Duration',
    disable_stateless_session_resumption: '7 bool',
    ocsp_staple_policy: '8 envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy',
    full_scan_certs_on_sni_mismatch: '9 google.protobuf.BoolValue',
    disable_stateful_session_resumption: '10 bool',
  },
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext': {
    tls_params: '1 envoy.extensions.transport_sockets.tls.v3.TlsParameters',
    tls_certificates: '2 repeated envoy.extensions.transport_sockets.tls.v3.TlsCertificate',
    validation_context: '3 envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext',
    alpn_protocols: '4 repeated string',
    tls_certificate_sds_secret_configs: '6 repeated envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig',
    validation_context_sds_secret_config: '7 envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig',
    combined_validation_context: '8 envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext',
    custom_handshaker: '13 envoy.config.core.v3.TypedExtensionConfig',
    tls_certificate_provider_instance: '14 envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance',
  },
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext': {
    default_validation_context: '1 envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext',
    validation_context_sds_secret_config: '2 envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig',
  },
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters': {
    tls_minimum_protocol_version: '1 envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol',
    tls_maximum_protocol_version: '2 envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol',
    cipher_suites: '3 repeated string',
    ecdh_curves: '4 repeated string',
    signature_algorithms: '5 repeated string',
  },
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate': {
    certificate_chain: '1 envoy.config.core.v3.DataSource',
    private_key: '2 envoy.config.core.v3.DataSource',
    password: '3 envoy.config.core.v3.DataSource',
    ocsp_staple: '4 envoy.config.core.v3.DataSource',
    signed_certificate_timestamp: '5 repeated envoy.config.core.v3.DataSource',
    watched_directory: '7 envoy.config.core.v3.WatchedDirectory',
    pkcs12: '8 envoy.config.core.v3.DataSource',
  },
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext': {
    trusted_ca: '1 envoy.config.core.v3.DataSource',
    verify_certificate_hash: '2 repeated string',
    verify_certificate_spki: '3 repeated string',
    require_signed_certificate_timestamp: '6 google.protobuf.BoolValue',
    crl: '7 envoy.config.core.v3.DataSource',
    allow_expired_certificate: '8 bool',
    match_subject_alt_names: '9 repeated envoy.type.matcher.v3.StringMatcher',
    trust_chain_verification: '10 envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification',
    watched_directory: '11 envoy.config.core.v3.WatchedDirectory',
    custom_validator_config: '12 envoy.config.core.v3.TypedExtensionConfig',
    ca_certificate_provider_instance: '13 envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance',
    only_verify_leaf_cert_crl: '14 bool',
    match_typed_subject_alt_names: '15 repeated envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher',
    max_verify_depth: '16 google.protobuf.UInt32Value',
    system_root_certs: '17 envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts',
  },
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts': {},
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': {
    san_type: '1 envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType',
    matcher: '2 envoy.type.matcher.v3.StringMatcher',
    oid: '3 string',
  },
  'envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance': {
    instance_name: '1 string',
    certificate_name: '2 string',
  },
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': {
    name: '1 string',
    sds_config: '2 envoy.config.core.v3.ConfigSource',
  },
  'envoy.extensions.transport_sockets.tls.v3.Secret': {
    name: '1 string',
    tls_certificate: '2 envoy.extensions.transport_sockets.tls.v3.TlsCertificate',
    session_ticket_keys: '3 envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys',
    validation_context: '4 envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext',
    generic_secret: '5 envoy.extensions.transport_sockets.tls.v3.GenericSecret',
  },
  'envoy.extensions.transport_sockets.tls.v3.GenericSecret': {
    secret: '1 envoy.config.core.v3.DataSource',
  },
  'envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys': {
    keys: '1 repeated envoy.config.core.v3.DataSource',
  },
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': {},
} satisfies MessageRows;

export const transportEnums = {
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy': 'LENIENT_STAPLING STRICT_STAPLING MUST_STAPLE',
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol': 'TLS_AUTO TLSv1_0 TLSv1_1 TLSv1_2 TLSv1_3',
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification': 'VERIFY_TRUST_CHAIN ACCEPT_UNTRUSTED',
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType': 'SAN_TYPE_UNSPECIFIED EMAIL DNS URI IP_ADDRESS OTHER_NAME',
} satisfies EnumRows;
