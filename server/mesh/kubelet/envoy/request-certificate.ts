import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { HeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import { createCertificateRequest } from './certificate-request';

export interface WorkloadCertificate {
  /** Leaf first, without the root. */
  chainPem: string;
  keyPem: string;
  rootPem: string;
}

/** The name in the control plane's certificate, whatever address it answers at. */
export const controlPlaneName = 'istiod.istio-system.svc';
const method = '/istio.v1.auth.IstioCertificateService/CreateCertificate';
const lifeSeconds = 24 * 3600;
const timeoutMs = 5000;

/**
 * Makes a key here and has the mesh's authority certify it, on the word of a ServiceAccount token. What our own sidecar does for
 * itself, for a proxy that cannot.
 */
export async function requestCertificate(options: {
  /** `host:port` of the control plane's TLS door. */
  address: string;
  rootPem: string;
  token: string;
}): Promise<WorkloadCertificate> {
  const { keyPem, requestPem } = createCertificateRequest();
  const message = encodeMessage('istio.v1.auth.IstioCertificateRequest', { csr: requestPem, validity_duration: lifeSeconds });
  const answer = await call(options, Buffer.from(message));
  const chain = decodeMessage('istio.v1.auth.IstioCertificateResponse', answer)['cert_chain'];
  if (!Array.isArray(chain) || chain.length < 2)
    throw new HeddleError('source_failed', 'The certificate authority answered without a chain.');
  const pem = chain.map(String);
  return {
    chainPem: pem.slice(0, -1).join(''),
    keyPem,
    rootPem: pem.at(-1) ?? '',
  };
}

function call(options: { address: string; rootPem: string; token: string }, message: Buffer): Promise<Buffer> {
  const client = new Client(options.address, credentials.createSsl(Buffer.from(options.rootPem)), {
    'grpc.ssl_target_name_override': controlPlaneName,
    'grpc.default_authority': controlPlaneName,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${options.token}`);
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(method, same, same, message, metadata, { deadline: Date.now() + timeoutMs }, (error, answer) => {
      client.close();
      if (error !== null) reject(new HeddleError('source_failed', `no certificate: ${error.details}`, { cause: error }));
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}
