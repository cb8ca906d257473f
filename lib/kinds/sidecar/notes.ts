import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

const captureMode = oneOf('How connections get to the listener.', {
  DEFAULT: 'As the pod is set up.',
  IPTABLES: 'Redirected by iptables.',
  NONE: 'The application dials the listener itself.',
});

/** What the fields of a Sidecar mean. */
export const sidecarNotes: FieldNotes = {
  egress: 'What the pods may reach: only these hosts get into their proxies, which keeps them small.',
  'egress[].bind': 'Address to listen on. Left out: chosen by the hosts.',
  'egress[].captureMode': captureMode,
  'egress[].hosts': as('host', 'Hosts as `namespace/host`; `./*` is all of the own namespace, `*/*` everything, `~/*` nothing.'),
  'egress[].port': 'Only this port. Left out: every port of the hosts.',
  'egress[].port.name': 'Name of the port.',
  'egress[].port.number': as('port', 'Number of the port.'),
  'egress[].port.protocol': 'HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.',
  'egress[].port.targetPort': 'Reserved; the proxy does not use it.',
  inboundConnectionPool: 'How many connections and requests the pods take in.',
  ingress: 'Listeners for what comes in. Left out: the ports of the services of the pods.',
  'ingress[].bind': "Address to listen on. Left out: the pod's.",
  'ingress[].captureMode': captureMode,
  'ingress[].connectionPool': 'How many connections and requests this port takes in.',
  'ingress[].defaultEndpoint': 'Where the application listens: `127.0.0.1:port`, `0.0.0.0:port` or `unix://path`.',
  'ingress[].port': 'The port that others dial.',
  'ingress[].port.name': 'Name of the port.',
  'ingress[].port.number': 'Number of the port.',
  'ingress[].port.protocol': 'HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.',
  'ingress[].port.targetPort': 'Reserved; the proxy does not use it.',
  'ingress[].tls': 'Certificates, where clients outside the mesh call directly.',
  outboundTrafficPolicy: 'What becomes of requests to hosts that the mesh does not know.',
  'outboundTrafficPolicy.egressProxy': 'A service that they are sent to.',
  'outboundTrafficPolicy.egressProxy.host': as('host', 'Host of the service.'),
  'outboundTrafficPolicy.egressProxy.port': 'Port of the service.',
  'outboundTrafficPolicy.egressProxy.port.number': as('port', 'Number of the port.'),
  'outboundTrafficPolicy.egressProxy.subset': as('subset', 'Subset of the service.'),
  'outboundTrafficPolicy.mode': oneOf('Whether they are let out.', {
    REGISTRY_ONLY: 'They fail (502 for HTTP).',
    ALLOW_ANY: 'They go where the client dials.',
  }),
  workloadSelector: 'Which pods it is for. Left out: all of the namespace that no other Sidecar selects.',
  'workloadSelector.labels': as('labels', 'Labels that the pods have.'),
};

export const sidecarForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['workloadSelector'] },
    { title: 'What they may reach', fields: ['egress', 'outboundTrafficPolicy'] },
    { title: 'What they take in', fields: ['ingress', 'inboundConnectionPool'] },
  ],
  parts: {
    'egress[]': ['hosts'],
    'ingress[]': ['port', 'defaultEndpoint'],
    'ingress[].port': ['number', 'protocol', 'name'],
    outboundTrafficPolicy: ['mode'],
  },
  begin: { 'egress[]': { hosts: ['./*'] }, 'ingress[]': { port: { number: 8080, name: 'http', protocol: 'HTTP' } } },
};

export const sidecarReferences: ReferenceTable = {
  'workloadSelector.labels': 'labels',
  'egress[].hosts[]': 'host',
  'outboundTrafficPolicy.egressProxy': 'destination',
  'ingress[].tls.credentialName': 'secret',
};

export const sidecarExample = `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: default
  namespace: default
spec:
  egress:
  - hosts:
    - ./*
    - istio-system/*
`;
