import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a GatewayClass mean. */
export const gatewayClassNotes: FieldNotes = {
  controllerName: 'Who makes the gateways of this class, as `example.com/controller`. Cannot be changed.',
  description: 'What the class is for.',
  parametersRef: 'An object with settings of the controller.',
  'parametersRef.group': 'Its API group.',
  'parametersRef.kind': 'Its kind.',
  'parametersRef.name': 'Its name.',
  'parametersRef.namespace': as('namespace', 'Its namespace; none for cluster-wide kinds.'),
};

export const gatewayClassForm: FormLayout = {
  groups: [{ title: 'The class', fields: ['controllerName', 'description', 'parametersRef'] }],
  parts: { parametersRef: ['group', 'kind', 'name'] },
};

export const gatewayClassReferences: ReferenceTable = {};

export const gatewayClassExample = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata:
  name: internal
spec:
  controllerName: istio.io/gateway-controller
  description: Gateways inside of the company
`;
