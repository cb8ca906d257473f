import { effectCondition } from '@/lib/model';
import { meshKinds } from '@/lib/kinds';
import { defineFinding } from '../define-finding';

interface Condition {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
}

interface Told {
  status?: { conditions?: readonly Condition[]; parents?: readonly { conditions?: readonly Condition[] }[] };
}

export const noEffect = defineFinding({
  code: 'HED0190',
  severity: 'warning',
  title: 'Has no effect in this mesh',
  cause:
    'The control plane of the bundled mesh does not act on the object or on some of its fields, or could not compile it, and says so in its status (condition heddle.dev/Effective). Istio may act on it.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, trafficPolicy: { tunnel: { targetHost: proxy.example.com, targetPort: 3128 } } }
status:
  conditions:
    - { type: heddle.dev/Effective, status: 'False', reason: NoEffect, message: 'spec.trafficPolicy.tunnel: Connections are not tunnelled' }`,
  fix: 'Do without what the message names, or run the object on Istio.',
  kinds: meshKinds.map(({ group, kind }) => `${group}/${kind}`),
  check(object, _mesh, report) {
    const { status } = object as Told;
    const conditions = [...(status?.conditions ?? []), ...(status?.parents ?? []).flatMap((parent) => parent.conditions ?? [])];
    const told = conditions.find((condition) => condition.type === effectCondition && condition.status === 'False');
    if (told !== undefined) report('', told.message ?? '', told.reason === 'NotCompiled' ? { severity: 'error' } : {});
  },
});
