import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { BackendTLSPolicy } from './schema';

const say = wordsOf({
  backend_tls: 'Gateways speak TLS to {targets} and expect the certificate of {hostname}.',
});

/** What a BackendTLSPolicy does, in sentences. */
export function describeBackendTLSPolicy(object: BackendTLSPolicy): Words[] {
  const { targetRefs, validation } = object.spec;
  return [say('backend_tls', { targets: targetRefs.map((one) => one.name).join(', '), hostname: validation.hostname })];
}
