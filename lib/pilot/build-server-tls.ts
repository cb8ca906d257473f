import { ROOT_CERTIFICATE, WORKLOAD_CERTIFICATE, sanMatchers, sdsSecret, serverTls } from './build-tls-context';
import type { GatewaySpec } from '@/lib/kinds';
import type { CertificateValidationContext, CommonTlsContext, DownstreamTransportSocket, TlsParameters, TlsProtocol } from '@/lib/xds';

export type ServerTlsSettings = NonNullable<NonNullable<GatewaySpec['servers']>[number]['tls']>;

const versions: Record<string, TlsProtocol> = {
  TLS_AUTO: 'TLS_AUTO',
  TLSV1_0: 'TLSv1_0',
  TLSV1_1: 'TLSv1_1',
  TLSV1_2: 'TLSv1_2',
  TLSV1_3: 'TLSv1_3',
};

/**
 * TLS of a gateway's server (istio.md §1.3): certificates by credential name (SDS `kubernetes://NAME`), by files, or the workload's
 * own (ISTIO_MUTUAL). `undefined` for PASSTHROUGH and AUTO_PASSTHROUGH, which end no TLS.
 * @throws when the mode needs a certificate and none is named, or for hashes that are none
 */
export function gatewayServerTls(tls: ServerTlsSettings, alpn: readonly string[]): DownstreamTransportSocket | undefined {
  const mode = tls.mode ?? 'PASSTHROUGH';
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') return undefined;
  const common: CommonTlsContext = { tls_params: parameters(tls), alpn_protocols: [...alpn] };
  const sans = (tls.subjectAltNames ?? []).length === 0 ? {} : { match_typed_subject_alt_names: sanMatchers(tls.subjectAltNames ?? []) };
  const pins: CertificateValidationContext = {
    ...sans,
    ...pinned('verify_certificate_spki', tls.verifyCertificateSpki, /^[A-Za-z0-9+/]{43}=$/),
    ...pinned('verify_certificate_hash', tls.verifyCertificateHash, /^([0-9a-f]{2}:?){32}$/i),
  };
  const asksClient = mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL' || mode === 'OPTIONAL_MUTUAL';
  const credentials = credentialNames(tls);
  if (mode === 'ISTIO_MUTUAL') {
    common.tls_certificate_sds_secret_configs = [sdsSecret(WORKLOAD_CERTIFICATE)];
    common.combined_validation_context = {
      default_validation_context: pins,
      validation_context_sds_secret_config: sdsSecret(ROOT_CERTIFICATE),
    };
  } else if (credentials.length > 0) {
    common.tls_certificate_sds_secret_configs = credentials.map((name) => sdsSecret(secretName(name)));
    if (asksClient) {
      const ca = tls.caCertCredentialName ?? `${credentials[0]}-cacert`;
      common.combined_validation_context = {
        default_validation_context: pins,
        validation_context_sds_secret_config: sdsSecret(secretName(ca)),
      };
    }
  } else {
    const files = (tls.tlsCertificates ?? []).length > 0 ? (tls.tlsCertificates ?? []) : [tls];
    common.tls_certificates = files.map(({ serverCertificate, privateKey }) => {
      if (serverCertificate === undefined || privateKey === undefined)
        throw new Error(`TLS mode ${mode} needs a certificate and a private key`);
      return { certificate_chain: { filename: serverCertificate }, private_key: { filename: privateKey } };
    });
    if (asksClient) {
      if (tls.caCertificates === undefined) throw new Error(`TLS mode ${mode} needs a CA bundle for clients`);
      common.validation_context = {
        ...pins,
        trusted_ca: { filename: tls.caCertificates },
        ...(tls.caCrl === undefined ? {} : { crl: { filename: tls.caCrl } }),
      };
    }
  }
  return serverTls({ common_tls_context: common, require_client_certificate: { value: mode === 'MUTUAL' || mode === 'ISTIO_MUTUAL' } });
}

/** Hashes of keys or certificates. Envoy refuses a listener with one that is none. */
function pinned(
  field: 'verify_certificate_spki' | 'verify_certificate_hash',
  values: readonly string[] | undefined,
  form: RegExp,
): CertificateValidationContext {
  if (values === undefined || values.length === 0) return {};
  const wrong = values.find((value) => !form.test(value));
  if (wrong !== undefined)
    throw new Error(`"${wrong}" is no SHA-256 of a ${field === 'verify_certificate_spki' ? 'key in base64' : 'certificate in hex'}`);
  return { [field]: [...values] };
}

/** TLS of a Sidecar's ingress port: SIMPLE or MUTUAL, by files or credential. */
export function sidecarServerTls(tls: ServerTlsSettings): DownstreamTransportSocket {
  const socket = gatewayServerTls({ ...tls, mode: tls.mode ?? 'SIMPLE' }, ['h2', 'http/1.1']);
  if (socket === undefined) throw new Error('A Sidecar ingress port takes TLS mode SIMPLE or MUTUAL');
  return socket;
}

/** SDS name of a credential; those of the Gateway API come as full names. */
function secretName(name: string): string {
  return name.includes('://') ? name : `kubernetes://${name}`;
}

/** Secrets a server's TLS names. */
export function credentialNames(tls: ServerTlsSettings): string[] {
  if ((tls.credentialNames ?? []).length > 0) return [...(tls.credentialNames ?? [])];
  return tls.credentialName === undefined || tls.credentialName === '' ? [] : [tls.credentialName];
}

function parameters(tls: ServerTlsSettings): TlsParameters {
  const least =
    tls.minProtocolVersion === undefined || tls.minProtocolVersion === 'TLS_AUTO' ? 'TLSv1_2' : versions[tls.minProtocolVersion];
  const most = tls.maxProtocolVersion === undefined || tls.maxProtocolVersion === 'TLS_AUTO' ? 'TLSv1_3' : versions[tls.maxProtocolVersion];
  return {
    ...(least === undefined ? {} : { tls_minimum_protocol_version: least }),
    ...(most === undefined ? {} : { tls_maximum_protocol_version: most }),
    ...((tls.cipherSuites ?? []).length === 0 ? {} : { cipher_suites: [...new Set(tls.cipherSuites)] }),
  };
}
