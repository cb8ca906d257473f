import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { BackendTLSPolicy } from './schema';

/** What a BackendTLSPolicy does, in sentences. */
export function describeBackendTLSPolicy(object: BackendTLSPolicy): Words[] {
  const { targetRefs, validation } = object.spec;
  return [sayWords('backend_tls', { targets: targetRefs.map((one) => one.name).join(', '), hostname: validation.hostname })];
}
