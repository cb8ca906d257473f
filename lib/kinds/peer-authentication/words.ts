import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { capital, sayWho } from '../shared/say-who';
import type { PeerAuthentication } from './schema';

const say = wordsOf({
  peer_mode:
    '{mode, select, STRICT {{who} take only mutual TLS.} DISABLE {{who} take plain text.} PERMISSIVE {{who} take mutual TLS and plain text.} other {{who} take what the next wider policy says.}}',
  peer_port:
    '{mode, select, STRICT {Port {port} takes only mutual TLS.} DISABLE {Port {port} takes plain text.} PERMISSIVE {Port {port} takes mutual TLS and plain text.} other {Port {port} takes what the pod takes.}}',
});

/** What a PeerAuthentication does, in sentences. */
export function describePeerAuthentication(object: PeerAuthentication): Words[] {
  const who = capital(sayWho(object));
  return [
    say('peer_mode', { who, mode: object.spec?.mtls?.mode ?? 'UNSET' }),
    ...Object.entries(object.spec?.portLevelMtls ?? {}).map(([port, { mode }]) => say('peer_port', { port, mode: mode ?? 'UNSET' })),
  ];
}
