import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { KubernetesGateway } from './schema';

/** What a Gateway of the Gateway API does, in sentences. */
export function describeKubernetesGateway(object: KubernetesGateway): Words[] {
  return [
    sayWords('gateway_made_by', { class: object.spec.gatewayClassName }),
    ...object.spec.listeners.map((one) =>
      sayWords('gateway_listener', {
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
