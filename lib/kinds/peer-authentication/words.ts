import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { capital, sayWho } from '../shared/say-who';
import type { PeerAuthentication } from './schema';

/** What a PeerAuthentication does, in sentences. */
export function describePeerAuthentication(object: PeerAuthentication): Words[] {
  const who = capital(sayWho(object));
  return [
    sayWords('peer_mode', { who, mode: object.spec?.mtls?.mode ?? 'UNSET' }),
    ...Object.entries(object.spec?.portLevelMtls ?? {}).map(([port, { mode }]) => sayWords('peer_port', { port, mode: mode ?? 'UNSET' })),
  ];
}
