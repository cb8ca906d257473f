import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a BackendTLSPolicy mean. */
export const backendTLSPolicyNotes: FieldNotes = {
  options: 'Settings of the implementation.',
  targetRefs: 'Services of the namespace that gateways speak TLS to.',
  'targetRefs[].group': 'API group; empty for Service.',
  'targetRefs[].kind': 'Kind of the target: Service.',
  'targetRefs[].name': as('service', 'Name of the Service.'),
  'targetRefs[].sectionName': 'Only the port of this name.',
  validation: 'How the certificate of the backend is verified.',
  'validation.caCertificateRefs': 'ConfigMaps with the CA certificates (`ca.crt`). Not together with wellKnownCACertificates.',
  'validation.caCertificateRefs[].group': 'API group; empty for ConfigMap.',
  'validation.caCertificateRefs[].kind': 'Kind: ConfigMap.',
  'validation.caCertificateRefs[].name': 'Name.',
  'validation.hostname': 'Name that is sent as SNI and that the certificate must have.',
  'validation.subjectAltNames': 'Names of which the certificate must have one, in place of the hostname.',
  'validation.subjectAltNames[].hostname': 'A host name.',
  'validation.subjectAltNames[].type': oneOf('What kind of name.', {
    Hostname: 'A host name.',
    URI: 'An address such as a SPIFFE identity.',
  }),
  'validation.subjectAltNames[].uri': 'An address.',
  'validation.wellKnownCACertificates': '`System`: the CA certificates that the system trusts.',
};

export const backendTLSPolicyForm: FormLayout = {
  groups: [
    { title: 'Which services', fields: ['targetRefs'] },
    { title: 'Their certificate', fields: ['validation', 'options'] },
  ],
  parts: {
    'targetRefs[]': ['group', 'kind', 'name', 'sectionName'],
    validation: ['hostname', 'wellKnownCACertificates', 'caCertificateRefs'],
    'validation.caCertificateRefs[]': ['group', 'kind', 'name'],
  },
};

export const backendTLSPolicyReferences: ReferenceTable = { 'targetRefs[]': 'target' };

export const backendTLSPolicyExample = `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata:
  name: shop
  namespace: default
spec:
  targetRefs:
  - group: ''
    kind: Service
    name: shop
  validation:
    hostname: shop.example.com
    wellKnownCACertificates: System
`;
