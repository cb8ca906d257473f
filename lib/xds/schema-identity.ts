import type { MessageRows } from './schema-rows';

/** Rows of the wire table: Istio's certificate service (istio.md §5), and Heddle's own answer to "who lives at this address". */
export const identityMessages = {
  'istio.v1.auth.IstioCertificateRequest': {
    csr: '1 string',
    validity_duration: '3 int64',
    metadata: '4 google.protobuf.Struct',
  },
  'istio.v1.auth.IstioCertificateResponse': {
    cert_chain: '1 repeated string',
  },
  'heddle.workload.v1.Workload': {
    name: '1 string',
    pod: '2 string',
    namespace: '3 string',
    workload: '4 string',
    app: '5 string',
    version: '6 string',
    canonical_name: '7 string',
    canonical_revision: '8 string',
    service_account: '9 string',
    cluster: '10 string',
  },
} satisfies MessageRows;
