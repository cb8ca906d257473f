import { status as grpcStatus } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { isHeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import type { CitadelMetrics } from './citadel-metrics';
import { signRequest } from './sign-certificates';
import type { Authority } from './sign-certificates';
import type { CallerIdentity } from './verify-token';

const same = (bytes: Buffer): Buffer => bytes;

/** istio.v1.auth.IstioCertificateService, bytes on both sides. */
export const certificateService = {
  CreateCertificate: {
    path: '/istio.v1.auth.IstioCertificateService/CreateCertificate',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
} satisfies ServiceDefinition;

export interface CertificateServiceOptions {
  authority: () => Authority;
  trustDomain: string;
  authenticate: (token: string) => Promise<CallerIdentity>;
  metrics: CitadelMetrics;
  logger: Logger;
  now: () => Date;
}

/** CreateCertificate: who the caller is comes from its token alone (istio.md §5). */
export function createCertificateImplementation(options: CertificateServiceOptions): UntypedServiceImplementation {
  return {
    CreateCertificate(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
      void answerCall(options, call, callback);
    },
  };
}

async function answerCall(
  options: CertificateServiceOptions,
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
): Promise<void> {
  const token = /^bearer\s+(\S+)$/i.exec(call.metadata.get('authorization')[0]?.toString() ?? '')?.[1] ?? '';
  let bytes: Buffer;
  try {
    bytes = await createCertificate(options, token, call.request);
  } catch (error) {
    options.logger.warn({ err: error, peer: call.getPeer() }, 'no certificate was issued');
    const known = isHeddleError(error) ? error : undefined;
    const details = known?.message ?? 'The certificate authority failed. Its log says why.';
    callback({ code: grpcCodes[known?.code ?? ''] ?? grpcStatus.INTERNAL, details });
    return;
  }
  callback(null, bytes);
}

async function createCertificate(options: CertificateServiceOptions, token: string, bytes: Buffer): Promise<Buffer> {
  const { metrics } = options;
  metrics.requests.inc();
  let caller: CallerIdentity;
  try {
    caller = await options.authenticate(token);
  } catch (error) {
    metrics.authenticationFailures.inc();
    throw error;
  }
  const authority = options.authority();
  const subject = { trustDomain: options.trustDomain, namespace: caller.namespace, serviceAccount: caller.serviceAccount };
  let leaf: string;
  try {
    const request = decodeMessage('istio.v1.auth.IstioCertificateRequest', bytes);
    const seconds = typeof request['validity_duration'] === 'number' ? request['validity_duration'] : 0;
    const csr = typeof request['csr'] === 'string' ? request['csr'] : '';
    leaf = await signRequest(authority, csr, subject, seconds, options.now());
  } catch (error) {
    (isHeddleError(error) && error.code === 'bad_request' ? metrics.unreadable : metrics.signErrors).inc();
    throw error;
  }
  metrics.issued.inc();
  const chain = [leaf, ...(authority.chainPem === '' ? [] : [authority.chainPem]), authority.rootPem];
  return Buffer.from(encodeMessage('istio.v1.auth.IstioCertificateResponse', { cert_chain: chain }));
}

const grpcCodes: Record<string, grpcStatus> = {
  bad_request: grpcStatus.INVALID_ARGUMENT,
  unauthorized: grpcStatus.UNAUTHENTICATED,
  forbidden: grpcStatus.PERMISSION_DENIED,
  source_unavailable: grpcStatus.UNAVAILABLE,
  timeout: grpcStatus.UNAVAILABLE,
};
