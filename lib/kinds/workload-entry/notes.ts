import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a WorkloadEntry mean. */
export const workloadEntryNotes: FieldNotes = {
  address: 'Address or name of the machine; `unix://` for a socket.',
  labels: as('labels', 'Labels that selectors find it by, such as app and version.'),
  locality: 'Place of the machine, `region/zone/subzone`.',
  network: 'Network of the machine, when there are several.',
  ports: 'Port of the machine by name of the port of the service. Left out: the same number.',
  serviceAccount: as('serviceAccount', 'Identity of the machine in the mesh.'),
  weight: as('weight', 'Share of the requests among the endpoints of a service.'),
};

export const workloadEntryForm: FormLayout = {
  groups: [
    { title: 'The machine', fields: ['address', 'labels', 'serviceAccount'] },
    { title: 'Ports and place', fields: ['ports', 'locality', 'network', 'weight'] },
  ],
};

export const workloadEntryReferences: ReferenceTable = { serviceAccount: 'serviceAccount' };

export const workloadEntryExample = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: ratings-vm-1
  namespace: default
spec:
  address: 10.0.0.7
  labels:
    app: ratings
    version: v2
  serviceAccount: bookinfo-ratings
`;
