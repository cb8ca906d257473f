import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a WorkloadGroup mean. */
export const workloadGroupNotes: FieldNotes = {
  metadata: 'Labels and annotations of the WorkloadEntries that machines get when they join.',
  'metadata.annotations': 'Annotations by name.',
  'metadata.labels': as('labels', 'Labels by name.'),
  probe: 'How the proxy of a machine finds out whether the application is well.',
  'probe.exec': 'Runs a command; status 0 is well.',
  'probe.exec.command': 'The command and its arguments.',
  'probe.failureThreshold': 'So many failures in a row and it is ill. Left out: 3.',
  'probe.grpc': "Asks gRPC's health service.",
  'probe.grpc.port': 'Port of the application.',
  'probe.grpc.service': 'Name that is asked for. Left out: the whole server.',
  'probe.httpGet': 'Asks over HTTP; 200 to 399 is well.',
  'probe.httpGet.host': 'Host to dial. Left out: the machine itself.',
  'probe.httpGet.httpHeaders': 'Headers of the request.',
  'probe.httpGet.httpHeaders[].name': as('header', 'Name of the header.'),
  'probe.httpGet.httpHeaders[].value': 'Value of the header.',
  'probe.httpGet.path': as('path', 'Path of the request. Left out: /.'),
  'probe.httpGet.port': 'Port of the application.',
  'probe.httpGet.scheme': 'HTTP (the default) or HTTPS.',
  'probe.initialDelaySeconds': 'Seconds to wait before the first time. Left out: 0.',
  'probe.periodSeconds': 'Seconds between two times. Left out: 10.',
  'probe.successThreshold': 'So many successes in a row and it is well again. Left out: 1.',
  'probe.tcpSocket': 'Dials a port; a connection is well.',
  'probe.tcpSocket.host': 'Host to dial. Left out: the machine itself.',
  'probe.tcpSocket.port': 'Port to dial.',
  'probe.timeoutSeconds': 'Seconds after which an answer is too late. Left out: 1.',
  template: 'What the WorkloadEntries of the machines have in common.',
  'template.address': 'Left empty: each machine brings its own.',
  'template.labels': as('labels', 'Labels that selectors find the machines by.'),
  'template.locality': 'Place of the machines, `region/zone/subzone`.',
  'template.network': 'Network of the machines.',
  'template.ports': 'Port of the machine by name of the port of the service.',
  'template.serviceAccount': as('serviceAccount', 'Identity of the machines in the mesh.'),
  'template.weight': as('weight', 'Share of the requests among the endpoints of a service.'),
};

export const workloadGroupForm: FormLayout = {
  groups: [
    { title: 'The machines', fields: ['template', 'metadata'] },
    { title: 'Health', fields: ['probe'] },
  ],
  parts: {
    template: ['serviceAccount', 'labels', 'ports', 'network'],
    metadata: ['labels', 'annotations'],
    probe: ['httpGet', 'periodSeconds', 'failureThreshold'],
    'probe.httpGet': ['path', 'port'],
  },
};

export const workloadGroupReferences: ReferenceTable = { 'template.serviceAccount': 'serviceAccount' };

export const workloadGroupExample = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata:
  name: ratings
  namespace: default
spec:
  metadata:
    labels:
      app: ratings
  template:
    serviceAccount: bookinfo-ratings
    ports:
      http: 9080
  probe:
    httpGet:
      path: /health
      port: 9080
`;
