import { Counter, Gauge, Registry } from 'prom-client';

/** The authority's metrics under Istio's names. */
export function createCitadelMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Counter({ name: 'citadel_server_csr_count', help: 'Certificate requests received.', registers }),
    issued: new Counter({ name: 'citadel_server_success_cert_issuance_count', help: 'Certificates issued.', registers }),
    authenticationFailures: new Counter({
      name: 'citadel_server_authentication_failure_count',
      help: 'Callers who did not prove who they are.',
      registers,
    }),
    unreadable: new Counter({ name: 'citadel_server_csr_parsing_err_count', help: 'Requests that could not be read.', registers }),
    signErrors: new Counter({ name: 'citadel_server_csr_sign_err_count', help: 'Requests that could not be signed.', registers }),
    rootExpiry: new Gauge({
      name: 'citadel_server_root_cert_expiry_timestamp',
      help: 'When the root ends, in seconds since the epoch.',
      registers,
    }),
  };
}

export type CitadelMetrics = ReturnType<typeof createCitadelMetrics>;
