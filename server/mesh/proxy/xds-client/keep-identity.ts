import { X509Certificate } from 'node:crypto';
import { HeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import type { Identity, IdentitySource } from '../config-source';
import { createBackOff } from './back-off';
import type { GrpcChannel } from './grpc-channel';
import { makeKeyAndRequest } from './make-csr';

const path = '/istio.v1.auth.IstioCertificateService/CreateCertificate';
const requestTimeoutMs = 10_000;
/** Life that is asked for; the authority may give less. */
const lifeSeconds = 24 * 3600;
/** Renewal happens at half of the life, give or take this share of it, so that a mesh that started at once does not renew at once. */
const jitter = 0.01;
const maxTimerMs = 2 ** 31 - 1;
/** When the authority's clock is far behind, a new certificate is half over at once: that must not become a busy loop. */
const minWaitMs = 10_000;

export interface KeepIdentityOptions {
  channel: GrpcChannel;
  /** Reads the ServiceAccount token; asked each time, because it is replaced now and then. */
  readToken: () => string;
  random: () => number;
  now: () => number;
  onProblem: (error: unknown, what: string) => void;
}

export interface KeptIdentity extends IdentitySource {
  stop(): void;
}

/** Obtains a certificate, waiting as long as it takes, and renews it at half of its life with a new key. */
export async function keepIdentity(options: KeepIdentityOptions): Promise<KeptIdentity> {
  const listeners = new Set<() => void>();
  const backOff = createBackOff(100, 10_000, options.random);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function obtain(): Promise<Identity> {
    for (;;) {
      try {
        const identity = await requestCertificate(options.channel, options.readToken());
        backOff.reset();
        return identity;
      } catch (error) {
        options.onProblem(error, 'no certificate yet');
        await new Promise((resolve) => (timer = setTimeout(resolve, backOff.next())));
        if (stopped) throw error;
      }
    }
  }

  function schedule(): void {
    const { validFromDate, validToDate } = new X509Certificate(identity.certPem);
    const life = validToDate.getTime() - validFromDate.getTime();
    const due = validFromDate.getTime() + life * (0.5 + jitter * (2 * options.random() - 1));
    timer = setTimeout(() => void renew(), Math.min(Math.max(due - options.now(), minWaitMs), maxTimerMs));
    timer.unref();
  }

  async function renew(): Promise<void> {
    try {
      const renewed = await obtain();
      if (stopped) return;
      identity = renewed;
    } catch {
      return;
    }
    schedule();
    for (const listener of listeners) listener();
  }

  let identity = await obtain();
  schedule();
  return {
    current: () => identity,
    onRotate: (callback) => void listeners.add(callback),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** One key, one certificate. @throws HeddleError `unauthorized` or `forbidden` when the authority does not believe the token */
async function requestCertificate(channel: GrpcChannel, token: string): Promise<Identity> {
  const { keyPem, csrPem } = makeKeyAndRequest();
  const request = encodeMessage('istio.v1.auth.IstioCertificateRequest', { csr: csrPem, validity_duration: lifeSeconds });
  const answer = await channel.unary(path, request, { authorization: `Bearer ${token}` }, requestTimeoutMs);
  const chain = decodeMessage('istio.v1.auth.IstioCertificateResponse', answer)['cert_chain'];
  const certificates = Array.isArray(chain) ? chain.filter((item): item is string => typeof item === 'string') : [];
  const root = certificates.at(-1);
  if (root === undefined || certificates.length < 2) throw new HeddleError('source_failed', 'The certificate authority sent no chain.');
  // The leaf comes first, the root last; an element may hold several certificates.
  return { keyPem, certPem: joinPem(certificates.slice(0, -1)), rootsPem: joinPem([root]) };
}

function joinPem(certificates: readonly string[]): string {
  return certificates.map((certificate) => `${certificate.trim()}\n`).join('');
}
