import { defineKind } from '../define-kind';
import { describeFields } from '../field-notes';
import { serviceEntryExample, serviceEntryForm, serviceEntryNotes, serviceEntryReferences } from './notes';
import { serviceEntrySpec } from './schema';
import { checkServiceEntry } from './validators';
import { describeServiceEntry } from './words';

export type { ServiceEntry, ServiceEntrySpec } from './schema';

export const serviceEntryKind = defineKind({
  group: 'networking.istio.io',
  kind: 'ServiceEntry',
  plural: 'serviceentries',
  shortNames: ['se'],
  categories: ['istio-io', 'networking-istio-io'],
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  namespaced: true,
  spec: describeFields(serviceEntrySpec, serviceEntryNotes),
  describe: describeServiceEntry,
  about: 'hosts',
  acts: 'entry',
  summary: 'A service that Kubernetes does not know: outside hosts, virtual machines.',
  form: serviceEntryForm,
  references: serviceEntryReferences,
  example: serviceEntryExample,
  rules: checkServiceEntry,
  printerColumns: [
    { name: 'Hosts', jsonPath: '.spec.hosts', description: 'The hosts associated with the ServiceEntry' },
    { name: 'Location', jsonPath: '.spec.location', description: 'Whether the service is outside or part of the mesh' },
    { name: 'Resolution', jsonPath: '.spec.resolution', description: 'Service discovery mode for the hosts' },
  ],
});
