import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { Sidecar } from './schema';

const say = wordsOf({
  sidecar_egress: 'Proxies of {who} know only {hosts}.',
  sidecar_unknown: '{mode, select, REGISTRY_ONLY {Requests to other hosts fail.} other {Requests to other hosts go out as they are.}}',
  sidecar_ingress: 'They take in port {port} and hand it to {endpoint}.',
});

/** What a Sidecar does, in sentences. */
export function describeSidecar(object: Sidecar): Words[] {
  const { spec } = object;
  const who = sayWho(object);
  const sentences: Words[] = [];
  const hosts = (spec.egress ?? []).flatMap((one) => one.hosts);
  if (hosts.length > 0) sentences.push(say('sidecar_egress', { who, hosts: hosts.join(', ') }));
  const mode = spec.outboundTrafficPolicy?.mode;
  if (mode !== undefined) sentences.push(say('sidecar_unknown', { mode }));
  for (const one of spec.ingress ?? [])
    sentences.push(
      say('sidecar_ingress', { port: one.port.number ?? 0, endpoint: one.defaultEndpoint ?? `127.0.0.1:${one.port.number ?? 0}` }),
    );
  return sentences;
}
