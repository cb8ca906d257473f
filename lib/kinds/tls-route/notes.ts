import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';
import { backendNotes } from '../shared/gateway-api-parts';

/** What the fields of a TLSRoute mean. */
export const tlsRouteNotes: FieldNotes = {
  hostnames: as('host', 'Host names in the TLS greeting (SNI) that it routes.'),
  parentRefs: 'Gateways it attaches to.',
  rules: 'Where connections go.',
  ...backendNotes('rules[].backendRefs'),
  'rules[].name': 'Name of the rule, unique in the route.',
};

export const tlsRouteForm: FormLayout = {
  groups: [
    { title: 'Where it attaches', fields: ['parentRefs', 'hostnames'] },
    { title: 'Rules', fields: ['rules'] },
  ],
  parts: {
    'parentRefs[]': ['kind', 'name', 'namespace', 'sectionName'],
    'rules[]': ['name', 'backendRefs'],
    'rules[].backendRefs[]': ['name', 'port', 'weight'],
  },
  begin: { 'parentRefs[]': { name: '' }, 'rules[]': { backendRefs: [{ name: '', port: 443 }] } },
};

export const tlsRouteReferences: ReferenceTable = { 'parentRefs[]': 'parent', 'rules[].backendRefs[]': 'backend' };

export const tlsRouteExample = `apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata:
  name: shop
  namespace: default
spec:
  parentRefs:
  - name: bookinfo
    sectionName: tls
  hostnames:
  - shop.example.com
  rules:
  - backendRefs:
    - name: shop
      port: 443
`;
