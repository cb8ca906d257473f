import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a ReferenceGrant mean. */
export const referenceGrantNotes: FieldNotes = {
  from: 'Who may refer to objects of this namespace.',
  'from[].group': 'API group of the object that refers.',
  'from[].kind': 'Kind of the object that refers, such as HTTPRoute.',
  'from[].namespace': as('namespace', 'Namespace of the object that refers.'),
  to: 'What may be referred to.',
  'to[].group': 'API group; empty for Service and Secret.',
  'to[].kind': 'Kind, such as Service or Secret.',
  'to[].name': 'Name. Left out: every object of the kind.',
};

export const referenceGrantForm: FormLayout = {
  groups: [
    { title: 'Who may refer', fields: ['from'] },
    { title: 'To what', fields: ['to'] },
  ],
  parts: { 'from[]': ['group', 'kind', 'namespace'], 'to[]': ['group', 'kind', 'name'] },
};

export const referenceGrantReferences: ReferenceTable = { 'from[].namespace': 'namespace' };

export const referenceGrantExample = `apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata:
  name: routes-of-frontend
  namespace: default
spec:
  from:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    namespace: frontend
  to:
  - group: ''
    kind: Service
`;
