import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayLabels } from '../shared/say-who';
import type { Gateway } from './schema';

const say = wordsOf({
  gateway_server: 'Gateway pods with {selector} open port {port} ({protocol}) for {hosts}{tls}.',
});

/** What a Gateway does, in sentences. */
export function describeGateway(object: Gateway): Words[] {
  const selector = sayLabels(object.spec.selector);
  return (object.spec.servers ?? []).map((server) =>
    say('gateway_server', {
      selector,
      port: server.port.number,
      protocol: server.port.protocol,
      hosts: server.hosts.join(', '),
      tls:
        server.tls?.mode === undefined
          ? ''
          : `, TLS ${server.tls.mode}${server.tls.credentialName === undefined ? '' : ` (${server.tls.credentialName})`}`,
    }),
  );
}
