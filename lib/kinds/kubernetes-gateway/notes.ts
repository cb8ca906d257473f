import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

const validation = (of: string): FieldNotes => ({
  [`${of}.validation`]: 'How client certificates are verified.',
  [`${of}.validation.caCertificateRefs`]: 'ConfigMaps or Secrets with the CA certificates.',
  [`${of}.validation.caCertificateRefs[].group`]: 'API group; empty for Secret and ConfigMap.',
  [`${of}.validation.caCertificateRefs[].kind`]: 'Kind.',
  [`${of}.validation.caCertificateRefs[].name`]: 'Name.',
  [`${of}.validation.caCertificateRefs[].namespace`]: as('namespace', 'Namespace. Another one than this needs a ReferenceGrant there.'),
  [`${of}.validation.mode`]: oneOf('What happens to clients without a valid certificate.', {
    AllowValidOnly: 'They are refused.',
    AllowInsecureFallback: 'They are let in.',
  }),
});
const from = {
  All: 'Of every namespace.',
  Selector: 'Of namespaces with the labels.',
  Same: 'Of the namespace of the Gateway.',
  None: 'Of none.',
};

/** What the fields of a Gateway of the Gateway API mean. */
export const kubernetesGatewayNotes: FieldNotes = {
  addresses: 'Addresses that the gateway should have. Left out: the controller chooses.',
  'addresses[].type': 'IPAddress (the default) or Hostname.',
  'addresses[].value': 'The address.',
  allowedListeners: 'Whose ListenerSets may add listeners.',
  'allowedListeners.namespaces': 'Of which namespaces.',
  'allowedListeners.namespaces.from': oneOf('Of which namespaces. Left out: none.', from),
  'allowedListeners.namespaces.selector': 'Labels of the namespaces, for Selector.',
  gatewayClassName: 'Class of the gateway: who makes it. In this mesh `istio`; `istio-waypoint` for waypoints.',
  infrastructure: 'What the objects that are made for the gateway get.',
  'infrastructure.annotations': 'Annotations of them.',
  'infrastructure.labels': as('labels', 'Labels of them.'),
  'infrastructure.parametersRef': 'An object with settings of the controller.',
  'infrastructure.parametersRef.group': 'Its API group.',
  'infrastructure.parametersRef.kind': 'Its kind.',
  'infrastructure.parametersRef.name': 'Its name.',
  listeners: 'Ports that are opened, for which host, with which TLS.',
  'listeners[].allowedRoutes': 'Which routes may attach. Left out: those of the own namespace.',
  'listeners[].allowedRoutes.kinds': 'Kinds of routes. Left out: those that fit the protocol.',
  'listeners[].allowedRoutes.kinds[].group': 'API group of the route.',
  'listeners[].allowedRoutes.kinds[].kind': 'Kind of the route.',
  'listeners[].allowedRoutes.namespaces': 'Of which namespaces.',
  'listeners[].allowedRoutes.namespaces.from': oneOf('Of which namespaces. Left out: Same.', {
    All: from.All,
    Selector: from.Selector,
    Same: from.Same,
  }),
  'listeners[].allowedRoutes.namespaces.selector': 'Labels of the namespaces, for Selector.',
  'listeners[].hostname': 'Host that is served, as `example.com` or `*.example.com`. Left out: any.',
  'listeners[].name': 'Name of the listener; routes may name it.',
  'listeners[].port': 'Number that clients dial.',
  'listeners[].protocol': 'HTTP, HTTPS, TLS or TCP; HBONE for waypoints.',
  'listeners[].tls': 'Certificates, for HTTPS and TLS.',
  'listeners[].tls.certificateRefs': 'Secrets with key and certificate.',
  'listeners[].tls.certificateRefs[].group': 'API group; empty for Secret and ConfigMap.',
  'listeners[].tls.certificateRefs[].kind': 'Kind. Left out: Secret.',
  'listeners[].tls.certificateRefs[].name': as('secret', 'Name.'),
  'listeners[].tls.certificateRefs[].namespace': as('namespace', 'Namespace. Another one than this needs a ReferenceGrant there.'),
  'listeners[].tls.mode': oneOf('Who ends TLS.', {
    Terminate: 'The gateway, with the certificate.',
    Passthrough: 'The backend; the gateway routes by host name (SNI).',
  }),
  'listeners[].tls.options': 'Settings of the implementation.',
  tls: 'TLS settings of the whole gateway.',
  'tls.backend': 'TLS from the gateway to backends.',
  'tls.backend.clientCertificateRef': 'Secret with the certificate that the gateway shows to backends.',
  'tls.backend.clientCertificateRef.group': 'API group; empty for Secret and ConfigMap.',
  'tls.backend.clientCertificateRef.kind': 'Kind. Left out: Secret.',
  'tls.backend.clientCertificateRef.name': as('secret', 'Name.'),
  'tls.backend.clientCertificateRef.namespace': as('namespace', 'Namespace. Another one than this needs a ReferenceGrant there.'),
  'tls.frontend': 'TLS from clients to the gateway.',
  'tls.frontend.default': 'For all ports.',
  'tls.frontend.perPort': 'For single ports.',
  'tls.frontend.perPort[].port': 'Number of the port.',
  'tls.frontend.perPort[].tls': 'Settings of the port.',
  ...validation('tls.frontend.default'),
  ...validation('tls.frontend.perPort[].tls'),
};

export const kubernetesGatewayForm: FormLayout = {
  groups: [
    { title: 'The gateway', fields: ['gatewayClassName', 'addresses', 'infrastructure'] },
    { title: 'Listeners', fields: ['listeners', 'allowedListeners'] },
    { title: 'TLS of the whole gateway', fields: ['tls'] },
  ],
  parts: {
    'listeners[]': ['name', 'port', 'protocol', 'hostname', 'tls', 'allowedRoutes'],
    'listeners[].tls': ['mode', 'certificateRefs'],
    'listeners[].tls.certificateRefs[]': ['name', 'namespace'],
    'listeners[].allowedRoutes': ['namespaces'],
    'listeners[].allowedRoutes.namespaces': ['from'],
    'addresses[]': ['type', 'value'],
  },
  begin: {
    'listeners[]': { name: 'http', port: 80, protocol: 'HTTP' },
    'listeners[].tls': { mode: 'Terminate', certificateRefs: [{ name: '' }] },
  },
};

export const kubernetesGatewayReferences: ReferenceTable = {
  gatewayClassName: 'gatewayClass',
  'listeners[].tls.certificateRefs[]': 'secret',
};

export const kubernetesGatewayExample = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: bookinfo
  namespace: default
spec:
  gatewayClassName: istio
  listeners:
  - name: http
    port: 80
    protocol: HTTP
    hostname: bookinfo.example.com
`;
