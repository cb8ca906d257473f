import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a Gateway mean. */
export const gatewayNotes: FieldNotes = {
  selector: as('labels', 'Labels of the gateway pods that open these ports; in any namespace.'),
  servers: 'Ports that are opened, for which hosts, with which TLS.',
  'servers[].bind': 'Address or socket to listen on. Left out: all addresses.',
  'servers[].defaultEndpoint': 'Reserved; the proxy does not do it.',
  'servers[].hosts': as('host', 'Hosts that are served, as `example.com`, `*.example.com` or `namespace/host`.'),
  'servers[].name': 'Name of the server, for statistics.',
  'servers[].port': 'The port.',
  'servers[].port.name': 'Name of the port, unique in the object.',
  'servers[].port.number': 'Number that clients dial.',
  'servers[].port.protocol': 'HTTP, HTTPS, HTTP2, GRPC, TCP, TLS or MONGO.',
  'servers[].port.targetPort': 'Reserved; the proxy does not use it.',
  'servers[].tls': 'Certificates and TLS versions. Needed for HTTPS and TLS.',
};

export const gatewayForm: FormLayout = {
  groups: [
    { title: 'Which gateway pods', fields: ['selector'] },
    { title: 'Servers', fields: ['servers'] },
  ],
  parts: {
    'servers[]': ['hosts', 'port', 'tls', 'name'],
    'servers[].port': ['number', 'protocol', 'name'],
    'servers[].tls': ['mode', 'credentialName', 'httpsRedirect', 'minProtocolVersion'],
  },
  begin: {
    'servers[]': { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [''] },
    'servers[].tls': { mode: 'SIMPLE', credentialName: '' },
  },
};

export const gatewayReferences: ReferenceTable = {
  selector: 'meshLabels',
  'servers[].hosts[]': 'host',
  'servers[].tls.credentialName': 'secret',
  'servers[].tls.credentialNames[]': 'secret',
  'servers[].tls.caCertCredentialName': 'secret',
};

export const gatewayExample = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: bookinfo-gateway
  namespace: default
spec:
  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 80
      name: http
      protocol: HTTP
    hosts:
    - bookinfo.example.com
`;
