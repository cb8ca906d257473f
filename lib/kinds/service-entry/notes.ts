import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a ServiceEntry mean. */
export const serviceEntryNotes: FieldNotes = {
  addresses: as('cidr', 'Virtual addresses of the service. Needed for TCP without a host name to tell services apart.'),
  endpoints: 'Where the service really is. Left out with DNS: the host itself.',
  'endpoints[].address': 'Address or name of the endpoint; `unix://` for a socket.',
  'endpoints[].labels': as('labels', 'Labels, so that subsets can tell endpoints apart.'),
  'endpoints[].locality': 'Place of the endpoint, `region/zone/subzone`.',
  'endpoints[].network': 'Network of the endpoint, when there are several.',
  'endpoints[].ports': 'Port of the endpoint by name of the port of the service. Left out: the same number.',
  'endpoints[].serviceAccount': as('serviceAccount', 'Identity that the endpoint must show.'),
  'endpoints[].weight': as('weight', 'Share of the requests among the endpoints.'),
  exportTo: as('exportTo', 'Namespaces that see the service: `.` its own, `*` all. Left out: all.'),
  hosts: 'Names of the service. With NONE a wildcard such as `*.example.com` is allowed.',
  location: oneOf('Whether the endpoints are part of the mesh.', {
    MESH_EXTERNAL: 'Outside: no mutual TLS, metrics say it is external.',
    MESH_INTERNAL: 'Part of the mesh, such as virtual machines.',
  }),
  ports: 'Ports of the service.',
  'ports[].name': 'Name of the port; its beginning says the protocol when none is given.',
  'ports[].number': 'Number that clients dial.',
  'ports[].protocol': 'HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS. Left out: found out from the first bytes.',
  'ports[].targetPort': 'Port of the endpoints. Left out: the same number.',
  resolution: oneOf('How the addresses of the service are found.', {
    NONE: 'The address that the client dials.',
    STATIC: 'The addresses of the endpoints.',
    DNS: 'By asking DNS; all answers are used.',
    DNS_ROUND_ROBIN: 'By asking DNS; the first answer is used for each new connection.',
    DYNAMIC_DNS: 'By asking DNS for the very name that was asked, also under a wildcard.',
  }),
  subjectAltNames: 'Names that the certificates of the endpoints must have one of.',
  workloadSelector: 'Pods and WorkloadEntries of the namespace that are its endpoints, in place of a list.',
  'workloadSelector.labels': as('labels', 'Labels that they have.'),
};

export const serviceEntryForm: FormLayout = {
  groups: [
    { title: 'The service', fields: ['hosts', 'ports', 'location', 'resolution', 'addresses'] },
    { title: 'Endpoints', fields: ['endpoints', 'workloadSelector'] },
    { title: 'Who sees it', fields: ['exportTo', 'subjectAltNames'] },
  ],
  parts: {
    'ports[]': ['number', 'name', 'protocol', 'targetPort'],
    'endpoints[]': ['address', 'ports', 'labels', 'locality'],
  },
  begin: {
    'ports[]': { number: 443, name: 'https', protocol: 'TLS' },
    'endpoints[]': { address: '' },
  },
};

export const serviceEntryReferences: ReferenceTable = { 'workloadSelector.labels': 'labels', 'exportTo[]': 'namespace' };

export const serviceEntryExample = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: api-example-com
  namespace: default
spec:
  hosts:
  - api.example.com
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
  - number: 443
    name: https
    protocol: TLS
`;
