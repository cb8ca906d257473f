import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeddleError } from '@/lib/errors';
import { decodeMessage, encodeMessage } from '@/lib/xds';
import type { GrpcChannel } from './grpc-channel';
import { keepIdentity } from './keep-identity';
import { dayCertificate } from './testdata/day-certificate';

const start = Date.parse(dayCertificate.validFrom);
const half = 12 * 3600 * 1000;

/** A channel to an authority that fails as often as told and then certifies. */
function createAuthority(failures = 0) {
  const calls: { csr: string; authorization: string | undefined }[] = [];
  let left = failures;
  const channel = {
    async unary(_path: string, message: Uint8Array, headers: Record<string, string>) {
      const { csr } = decodeMessage('istio.v1.auth.IstioCertificateRequest', message);
      calls.push({ csr: String(csr), authorization: headers['authorization'] });
      if (left-- > 0) throw new HeddleError('source_unavailable', 'not yet');
      return Buffer.from(encodeMessage('istio.v1.auth.IstioCertificateResponse', { cert_chain: [dayCertificate.pem, 'ROOT'] }));
    },
  } as unknown as GrpcChannel;
  return { channel, calls };
}

function keep(channel: GrpcChannel, problems: unknown[] = []) {
  return keepIdentity({
    channel,
    readToken: () => 'token',
    random: () => 0.5,
    now: () => Date.now(),
    onProblem: (error) => problems.push(error),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('keepIdentity', () => {
  it('shows its token, keeps its key and trusts the last of the chain', async () => {
    const { channel, calls } = createAuthority();
    const identity = await keep(channel);
    expect(calls[0]?.authorization).toBe('Bearer token');
    expect(calls[0]?.csr).not.toContain('PRIVATE');
    expect(identity.current()).toMatchObject({ certPem: dayCertificate.pem, rootsPem: 'ROOT\n' });
    expect(identity.current().keyPem).toContain('BEGIN PRIVATE KEY');
    identity.stop();
  });

  it('tries until it is certified', async () => {
    const { channel, calls } = createAuthority(3);
    const problems: unknown[] = [];
    const pending = keep(channel, problems);
    await vi.advanceTimersByTimeAsync(5000);
    (await pending).stop();
    expect(calls).toHaveLength(4);
    expect(problems).toHaveLength(3);
  });

  it('renews at half of the life with a new key, and tells who uses it', async () => {
    const { channel, calls } = createAuthority();
    const identity = await keep(channel);
    const rotations: string[] = [];
    identity.onRotate(() => rotations.push(identity.current().keyPem));
    const first = identity.current().keyPem;
    await vi.advanceTimersByTimeAsync(half - 60_000);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(rotations).toHaveLength(1);
    expect(rotations[0]).not.toBe(first);
    identity.stop();
  });
});
