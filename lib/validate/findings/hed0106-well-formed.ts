import { meshKinds } from '@/lib/kinds';
import { defineFinding } from '../define-finding';

/** Found by the schema and rules of the object's own kind (`check-well-formed.ts`), before any other check. */
const found = () => undefined;
const kinds = meshKinds.map((kind) => `${kind.group}/${kind.kind}`);

export const unknownField = defineFinding({
  code: 'HED0004',
  severity: 'error',
  istio: 'IST0106',
  title: 'Unknown field',
  cause:
    'The kind has no such field. An API server refuses the object, or drops the field without a word, so that what was meant never takes effect.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: reviews } }]
      timout: 2s`,
  fix: 'Correct the name of the field; the finding names the nearest one that exists.',
  kinds,
  check: found,
});

export const refusedByKind = defineFinding({
  code: 'HED0106',
  severity: 'error',
  istio: 'IST0106',
  title: 'Refused at admission',
  cause:
    "The object breaks the schema of its kind or a rule of Istio's webhook (for Gateway API kinds: of their CustomResourceDefinitions). The API server refuses it with the same sentence.",
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: ['*']
  http:
    - route: [{ destination: { host: reviews } }]`,
  fix: 'Change the field the finding names so that the sentence no longer holds.',
  kinds,
  check: found,
});

export const warnedByKind = defineFinding({
  code: 'HED0133',
  severity: 'warning',
  istio: 'IST0133',
  title: 'Accepted with a warning',
  cause: "Istio's webhook lets the object pass and warns: part of it has no effect, or not the one that was probably meant.",
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews.example.com]
  gateways: [public.istio-system]
  http:
    - route: [{ destination: { host: reviews } }]`,
  fix: 'Follow the sentence of the warning.',
  kinds,
  check: found,
});
