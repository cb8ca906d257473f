import type { Logger } from 'pino';
import { isHeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import type { CitadelMetrics } from './citadel-metrics';
import { signRequest } from './sign-certificates';
import type { Authority } from './sign-certificates';
import type { CallerIdentity } from './verify-token';

/** One call of gRPC, as the server that carries the service hands it over. */
export interface CertificateCall {
  /** `address:port` of the caller. */
  readonly peer: string;
  /** A request header; empty when there is none. */
  header(name: string): string;
  send(message: Uint8Array): void;
  /** In order, or with a status of gRPC. */
  end(failure?: { code: number; details: string }): void;
}

/** A method of gRPC: what to do with what its caller says. */
export type CertificateMethod = (call: CertificateCall) => { onMessage(bytes: Buffer): void; onEnd(): void; onClose(): void };

/** Path of the one method of istio.v1.auth.IstioCertificateService. */
export const certificatePath = '/istio.v1.auth.IstioCertificateService/CreateCertificate';

export interface CertificateServiceOptions {
  authority: () => Authority;
  trustDomain: string;
  authenticate: (token: string) => Promise<CallerIdentity>;
  metrics: CitadelMetrics;
  logger: Logger;
  now: () => Date;
}

/** CreateCertificate: who the caller is comes from its token alone (istio.md §5). */
export function createCertificateMethod(options: CertificateServiceOptions): CertificateMethod {
  return (call) => {
    let asked = false;
    return {
      onMessage(bytes) {
        // One question, one answer.
        if (asked) return;
        asked = true;
        void answerCall(options, call, bytes);
      },
      onEnd() {
        if (!asked) call.end({ code: grpcStatus.invalidArgument, details: 'There is no request.' });
      },
      onClose() {},
    };
  };
}

async function answerCall(options: CertificateServiceOptions, call: CertificateCall, request: Buffer): Promise<void> {
  const token = /^bearer\s+(\S+)$/i.exec(call.header('authorization'))?.[1] ?? '';
  try {
    call.send(await createCertificate(options, token, request));
    call.end();
  } catch (error) {
    options.logger.warn({ err: error, peer: call.peer }, 'no certificate was issued');
    const known = isHeddleError(error) ? error : undefined;
    const details = known?.message ?? 'The certificate authority failed. Its log says why.';
    call.end({ code: grpcCodes[known?.code ?? ''] ?? grpcStatus.internal, details });
  }
}

async function createCertificate(options: CertificateServiceOptions, token: string, bytes: Buffer): Promise<Uint8Array> {
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
  return encodeMessage('istio.v1.auth.IstioCertificateResponse', { cert_chain: chain });
}

/** Status codes of gRPC (doc/statuscodes.md). */
const grpcStatus = { invalidArgument: 3, permissionDenied: 7, internal: 13, unavailable: 14, unauthenticated: 16 } as const;

const grpcCodes: Record<string, number> = {
  bad_request: grpcStatus.invalidArgument,
  unauthorized: grpcStatus.unauthenticated,
  forbidden: grpcStatus.permissionDenied,
  source_unavailable: grpcStatus.unavailable,
  timeout: grpcStatus.unavailable,
};
