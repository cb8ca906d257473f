import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';
import { backendNotes } from '../shared/gateway-api-parts';

/** What the fields of a TCPRoute mean. */
export const tcpRouteNotes: FieldNotes = {
  parentRefs: 'Gateways it attaches to.',
  rules: 'Where connections go.',
  ...backendNotes('rules[].backendRefs'),
  'rules[].name': 'Name of the rule, unique in the route.',
};

export const tcpRouteForm: FormLayout = {
  groups: [
    { title: 'Where it attaches', fields: ['parentRefs'] },
    { title: 'Rules', fields: ['rules'] },
  ],
  parts: {
    'parentRefs[]': ['kind', 'name', 'namespace', 'sectionName'],
    'rules[]': ['name', 'backendRefs'],
    'rules[].backendRefs[]': ['name', 'port', 'weight'],
  },
  begin: { 'parentRefs[]': { name: '' }, 'rules[]': { backendRefs: [{ name: '', port: 9000 }] } },
};

export const tcpRouteReferences: ReferenceTable = { 'parentRefs[]': 'parent', 'rules[].backendRefs[]': 'backend' };

export const tcpRouteExample = `apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata:
  name: mongo
  namespace: default
spec:
  parentRefs:
  - name: bookinfo
    sectionName: tcp
  rules:
  - backendRefs:
    - name: mongo
      port: 27017
`;
