import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';
import { backendNotes } from '../shared/gateway-api-parts';

/** What the fields of a GRPCRoute mean. */
export const grpcRouteNotes: FieldNotes = {
  hostnames: as('host', 'Hosts whose calls it routes. Left out: all of the listener.'),
  parentRefs: 'Gateways it attaches to; a Service for traffic inside the mesh.',
  rules: 'Rules. The most specific match decides; of equal ones the first.',
  ...backendNotes('rules[].backendRefs'),
  'rules[].backendRefs[].filters': 'Filters for calls to this backend alone.',
  'rules[].filters': 'What is done to the calls of this rule.',
  'rules[].matches': 'Conditions; one of them must hold. None: every call.',
  'rules[].matches[].headers': 'Headers (metadata) that must all match.',
  'rules[].matches[].headers[].name': as('header', 'Name of the header.'),
  'rules[].matches[].headers[].type': oneOf('How it is compared. Left out: Exact.', {
    Exact: 'Letter for letter.',
    RegularExpression: 'By an RE2 expression.',
  }),
  'rules[].matches[].headers[].value': 'Value or expression.',
  'rules[].matches[].method': 'Which gRPC method.',
  'rules[].matches[].method.method': 'Name of the method. Left out: every one of the service.',
  'rules[].matches[].method.service': 'Full name of the service, `package.Service`. Left out: every one.',
  'rules[].matches[].method.type': oneOf('How they are compared. Left out: Exact.', {
    Exact: 'Letter for letter.',
    RegularExpression: 'By an RE2 expression.',
  }),
  'rules[].name': 'Name of the rule, unique in the route.',
};

export const grpcRouteForm: FormLayout = {
  groups: [
    { title: 'Where it attaches', fields: ['parentRefs', 'hostnames'] },
    { title: 'Rules', fields: ['rules'] },
  ],
  parts: {
    'parentRefs[]': ['kind', 'name', 'namespace', 'sectionName'],
    'rules[]': ['name', 'matches', 'filters', 'backendRefs'],
    'rules[].matches[]': ['method', 'headers'],
    'rules[].matches[].method': ['service', 'method'],
    'rules[].matches[].headers[]': ['name', 'type', 'value'],
    'rules[].backendRefs[]': ['name', 'port', 'weight'],
    'rules[].filters[]': ['type'],
  },
  begin: {
    'parentRefs[]': { name: '' },
    'rules[]': { backendRefs: [{ name: '', port: 80 }] },
    'rules[].matches[]': { method: { service: '', method: '' } },
    'rules[].backendRefs[]': { name: '', port: 80, weight: 1 },
  },
};

export const grpcRouteReferences: ReferenceTable = {
  'parentRefs[]': 'parent',
  'rules[].backendRefs[]': 'backend',
  'rules[].filters[].requestMirror.backendRef': 'backend',
  'rules[].backendRefs[].filters[].requestMirror.backendRef': 'backend',
};

export const grpcRouteExample = `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata:
  name: echo
  namespace: default
spec:
  parentRefs:
  - name: bookinfo
  rules:
  - matches:
    - method:
        service: echo.Echo
        method: Say
    backendRefs:
    - name: echo
      port: 9000
`;
