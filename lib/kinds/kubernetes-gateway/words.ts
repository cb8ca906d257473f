import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { KubernetesGateway } from './schema';

const say = wordsOf({
  gateway_listener: 'Listener {name}: port {port} ({protocol}) for {hosts}{tls}.',
  gateway_made_by: 'The gateway is made by class {class}.',
});

/** What a Gateway of the Gateway API does, in sentences. */
export function describeKubernetesGateway(object: KubernetesGateway): Words[] {
  return [
    say('gateway_made_by', { class: object.spec.gatewayClassName }),
    ...object.spec.listeners.map((one) =>
      say('gateway_listener', {
        name: one.name,
        port: one.port,
        protocol: one.protocol,
        hosts: one.hostname ?? '*',
        tls:
          one.tls === undefined
            ? ''
            : `, TLS ${one.tls.mode ?? 'Terminate'} ${(one.tls.certificateRefs ?? []).map((ref) => ref.name).join(', ')}`.trimEnd(),
      }),
    ),
  ];
}
