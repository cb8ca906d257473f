import type { KubernetesResource } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}

type Conditioned = KubernetesResource & {
  status?: {
    conditions?: readonly Condition[];
    parents?: readonly { parentRef?: { name?: string }; conditions?: readonly Condition[] }[];
    listeners?: readonly { name?: string; conditions?: readonly Condition[] }[];
  };
};

/** Conditions of the Gateway API that are true when all is well. */
const positive = new Set(['Accepted', 'Programmed', 'ResolvedRefs']);
/** Reasons that pass by themselves. */
const passing = new Set(['Pending', 'Waiting', 'Unknown']);

export const negativeCondition = defineFinding({
  code: 'HED0171',
  severity: 'warning',
  istio: 'IST0171',
  kiali: 'GWAPI',
  title: 'The controller says that something is wrong',
  cause:
    'The controller of the object has written into its status that it does not accept it, or cannot put it in force. The message is its own.',
  example: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop, namespace: default }
spec: { rules: [{ backendRefs: [{ name: shop, port: 80 }] }] }
status:
  parents:
    - parentRef: { name: public }
      controllerName: istio.io/gateway-controller
      conditions: [{ type: Accepted, status: 'False', reason: NotAllowedByListeners, message: hostnames do not match }]`,
  fix: 'Do what the message asks for.',
  kinds: [kindKeys.kubernetesGateway, kindKeys.gatewayClass, kindKeys.httpRoute, kindKeys.grpcRoute, kindKeys.tlsRoute, kindKeys.tcpRoute],
  check(object: Conditioned, _mesh, report) {
    const { generation } = object.metadata;
    const tell = (conditions: readonly Condition[] | undefined, path: string, of: string) => {
      for (const [index, { type, status, reason = '', message = '', observedGeneration }] of (conditions ?? []).entries()) {
        // What was said about a former version may be mended.
        const isOld = generation !== undefined && observedGeneration !== undefined && observedGeneration < generation;
        if (isOld || status !== 'False' || !positive.has(type) || passing.has(reason)) continue;
        report(`${path}[${index}]`, `${of}${type} is False (${reason})${message === '' ? '' : `: ${message}`}`);
      }
    };
    tell(object.status?.conditions, 'status.conditions', '');
    for (const [index, { parentRef, conditions }] of (object.status?.parents ?? []).entries())
      tell(conditions, `status.parents[${index}].conditions`, parentRef?.name === undefined ? '' : `${parentRef.name}: `);
    for (const [index, { name, conditions }] of (object.status?.listeners ?? []).entries())
      tell(conditions, `status.listeners[${index}].conditions`, name === undefined ? '' : `Listener ${name}: `);
  },
});
