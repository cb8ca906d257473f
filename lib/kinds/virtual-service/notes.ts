import { as, oneOf, outdated } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a VirtualService mean. */
export const virtualServiceNotes: FieldNotes = {
  exportTo: as('exportTo', 'Namespaces that see this object: `.` its own, `*` all. Left out: all.'),
  gateways: as('gateway', 'Gateways that take the requests, as `namespace/name`; `mesh` is every sidecar. Left out: mesh.'),
  hosts: as('host', 'Hosts whose requests this object routes: services of the mesh, or the names that clients of a gateway ask for.'),
  http: 'Rules for HTTP and gRPC, tried from top to bottom: the first that matches decides.',
  'http[].corsPolicy': 'Answers and allows requests that pages of other sites make.',
  'http[].corsPolicy.allowCredentials': 'Whether cookies and credentials may come with them.',
  'http[].corsPolicy.allowHeaders': as('header', 'Headers that such requests may have.'),
  'http[].corsPolicy.allowMethods': as('method', 'Methods that such requests may use.'),
  'http[].corsPolicy.allowOrigin': outdated('Sites that may ask.', 'allowOrigins'),
  'http[].corsPolicy.allowOrigins': 'Sites that may ask, such as `https://example.com`.',
  'http[].corsPolicy.exposeHeaders': as('header', 'Headers of the answer that the page may read.'),
  'http[].corsPolicy.maxAge': 'How long a browser may remember the permission.',
  'http[].corsPolicy.unmatchedPreflights': oneOf('What becomes of a preflight from a site that is not allowed.', {
    UNSPECIFIED: 'It is forwarded.',
    FORWARD: 'It goes to the destination.',
    IGNORE: 'It is answered by the proxy, without permission.',
  }),
  'http[].delegate': 'Another VirtualService, without hosts, decides further. Not together with a route or redirect.',
  'http[].delegate.name': 'Name of the other VirtualService.',
  'http[].delegate.namespace': as('namespace', 'Its namespace. Left out: that of this object.'),
  'http[].directResponse': 'The proxy answers by itself.',
  'http[].directResponse.body': 'Body of the answer.',
  'http[].directResponse.body.bytes': 'Body as base64.',
  'http[].directResponse.body.string': as('multiline', 'Body as text.'),
  'http[].directResponse.status': as('statusCode', 'Status of the answer.'),
  'http[].fault': 'Fails or delays a share of the requests on purpose, to see how callers take it.',
  'http[].fault.abort': 'Answers with an error in place of the destination.',
  'http[].fault.abort.grpcStatus': 'gRPC status by name, such as UNAVAILABLE.',
  'http[].fault.abort.http2Error': 'Reserved; the proxy does not do it.',
  'http[].fault.abort.httpStatus': as('statusCode', 'Status of the error.'),
  'http[].fault.abort.percentage': 'Share of the requests that fail. Left out: all.',
  'http[].fault.abort.percentage.value': as('percent', 'Percent, from 0 to 100.'),
  'http[].fault.delay': 'Lets requests wait before they go on.',
  'http[].fault.delay.exponentialDelay': 'Reserved; the proxy does not do it.',
  'http[].fault.delay.fixedDelay': 'How long they wait.',
  'http[].fault.delay.percent': { ...as('percent', 'Share of the requests that wait.'), deprecated: 'percentage' },
  'http[].fault.delay.percentage': 'Share of the requests that wait. Left out: all.',
  'http[].fault.delay.percentage.value': as('percent', 'Percent, from 0 to 100.'),
  'http[].headers': 'Changes to headers of all requests of this rule.',
  'http[].match': 'Conditions; one of them must hold, each with all of its parts. None: the rule takes every request.',
  'http[].match[].authority': 'Host the client asked for (Host or :authority).',
  'http[].match[].gateways': as('gateway', 'Only requests that come in through these gateways; `mesh` for sidecars.'),
  'http[].match[].headers': 'Headers by lower-case name. A match without a value asks only that the header is there.',
  'http[].match[].ignoreUriCase': 'Whether capital letters in the path do not matter (exact and prefix).',
  'http[].match[].method': 'Method of the request.',
  'http[].match[].name': 'Name of the condition, for metrics and logs.',
  'http[].match[].port': as('port', 'Port the client asked for.'),
  'http[].match[].queryParams': 'Query parameters by name.',
  'http[].match[].scheme': 'http or https.',
  'http[].match[].sourceLabels': as('labels', 'Labels that the calling pod must have. Not for gateways.'),
  'http[].match[].sourceNamespace': as('namespace', 'Namespace of the caller.'),
  'http[].match[].statPrefix': "Prefix of the proxy's own statistics about this route.",
  'http[].match[].uri': 'Path of the request, without the query.',
  'http[].match[].withoutHeaders': 'Headers that must not be there with such a value.',
  'http[].mirror': 'Another destination that gets a copy of the requests; its answers are dropped.',
  'http[].mirror_percent': { ...as('percent', 'Share of the requests that is copied.'), deprecated: 'mirrorPercentage' },
  'http[].mirrorPercent': { ...as('percent', 'Share of the requests that is copied.'), deprecated: 'mirrorPercentage' },
  'http[].mirrorPercentage': 'Share of the requests that is copied. Left out: all.',
  'http[].mirrorPercentage.value': as('percent', 'Percent, from 0 to 100.'),
  'http[].mirrors': 'Several destinations that get copies. Not together with mirror.',
  'http[].mirrors[].destination': 'Where the copies go.',
  'http[].mirrors[].percentage': 'Share of the requests that is copied. Left out: all.',
  'http[].mirrors[].percentage.value': as('percent', 'Percent, from 0 to 100.'),
  'http[].name': 'Name of the rule: access logs and traces show it.',
  'http[].redirect': 'Answers with another address. Not together with a route.',
  'http[].redirect.authority': 'Host of the new address.',
  'http[].redirect.derivePort': oneOf('Where the port of the new address comes from.', {
    FROM_PROTOCOL_DEFAULT: '80 or 443, by the scheme.',
    FROM_REQUEST_PORT: 'The port that was asked.',
  }),
  'http[].redirect.port': 'Port of the new address.',
  'http[].redirect.prefixRewrite': as('path', 'What the matched prefix becomes.'),
  'http[].redirect.redirectCode': as('statusCode', 'Status of the redirect. Left out: 301.'),
  'http[].redirect.scheme': 'Scheme of the new address: http or https.',
  'http[].redirect.uri': as('path', 'Path of the new address; it takes the place of the whole path.'),
  'http[].retries': "When and how often a failed request is tried again. Left out: the mesh's default, twice.",
  'http[].retries.attempts': 'How often it is tried again; 0 turns retries off.',
  'http[].retries.backoff': 'Shortest pause between two tries; it grows. Left out: 25ms.',
  'http[].retries.perTryTimeout': 'How long one try may take. Left out: the timeout of the rule.',
  'http[].retries.retryIgnorePreviousHosts': 'Whether a retry avoids endpoints that have failed the request. Left out: true.',
  'http[].retries.retryOn': 'Conditions and statuses, separated by commas: `5xx`, `connect-failure`, `retriable-4xx`, `503`.',
  'http[].retries.retryRemoteLocalities': 'Whether a retry may go to another zone.',
  'http[].rewrite': 'Changes path or host before the destination sees them.',
  'http[].rewrite.authority': 'Host that the destination sees.',
  'http[].rewrite.uri': as('path', 'What the path, or the prefix that matched, becomes.'),
  'http[].rewrite.uriRegexRewrite': 'Rewrites parts of the path that an expression finds.',
  'http[].rewrite.uriRegexRewrite.match': as('regex', 'Expression that finds the part (RE2).'),
  'http[].rewrite.uriRegexRewrite.rewrite': 'What the part becomes; \\1 is the first group.',
  'http[].route': 'Where the requests go. Several destinations share them by weight.',
  'http[].route[].destination': 'Service, subset and port.',
  'http[].route[].headers': 'Changes to headers of the requests that go to this destination.',
  'http[].route[].weight': as('weight', 'Share of the requests, in relation to the sum of the weights. One destination alone gets all.'),
  'http[].timeout': 'A request that takes longer fails with 504. Left out: no limit.',
  tcp: 'Rules for plain TCP, tried from top to bottom.',
  'tcp[].match': 'Conditions; one of them must hold. None: every connection.',
  'tcp[].match[].destinationSubnets': as('cidr', 'Address ranges of the destination.'),
  'tcp[].match[].gateways': as('gateway', 'Only connections through these gateways; `mesh` for sidecars.'),
  'tcp[].match[].port': as('port', 'Port the client dials.'),
  'tcp[].match[].sourceLabels': as('labels', 'Labels that the calling pod must have.'),
  'tcp[].match[].sourceNamespace': as('namespace', 'Namespace of the caller.'),
  'tcp[].match[].sourceSubnet': { ...as('cidr', 'Address range of the caller.'), deprecated: 'sourceLabels or sourceNamespace' },
  'tcp[].route': 'Where the connections go.',
  'tcp[].route[].destination': 'Service, subset and port.',
  'tcp[].route[].weight': as('weight', 'Share of the connections.'),
  tls: 'Rules for TLS that is passed through undecrypted, by the host name in its greeting (SNI).',
  'tls[].match': 'Conditions; one of them must hold.',
  'tls[].match[].destinationSubnets': as('cidr', 'Address ranges of the destination.'),
  'tls[].match[].gateways': as('gateway', 'Only connections through these gateways; `mesh` for sidecars.'),
  'tls[].match[].port': as('port', 'Port the client dials.'),
  'tls[].match[].sniHosts': as('host', 'Host names in the greeting; they must be among the hosts.'),
  'tls[].match[].sourceLabels': as('labels', 'Labels that the calling pod must have.'),
  'tls[].match[].sourceNamespace': as('namespace', 'Namespace of the caller.'),
  'tls[].route': 'Where the connections go.',
  'tls[].route[].destination': 'Service, subset and port.',
  'tls[].route[].weight': as('weight', 'Share of the connections.'),
};

export const virtualServiceForm: FormLayout = {
  groups: [
    { title: 'Whose requests', fields: ['hosts', 'gateways', 'exportTo'] },
    { title: 'HTTP rules', fields: ['http'] },
    { title: 'TLS and TCP rules', fields: ['tls', 'tcp'] },
  ],
  parts: {
    'http[]': ['name', 'match', 'route', 'timeout', 'retries', 'fault', 'mirrors', 'redirect', 'rewrite', 'headers', 'corsPolicy'],
    'http[].match[]': ['uri', 'method', 'headers', 'queryParams'],
    'http[].route[]': ['destination', 'weight'],
    'http[].retries': ['attempts', 'perTryTimeout', 'retryOn'],
    'http[].fault.delay': ['fixedDelay', 'percentage'],
    'http[].fault.abort': ['httpStatus', 'percentage'],
    'http[].fault': ['delay', 'abort'],
    'http[].mirrors[]': ['destination', 'percentage'],
    'http[].redirect': ['uri', 'authority', 'redirectCode'],
    'http[].rewrite': ['uri', 'authority'],
    'http[].delegate': ['name', 'namespace'],
    'tcp[]': ['match', 'route'],
    'tcp[].route[]': ['destination', 'weight'],
    'tls[]': ['match', 'route'],
    'tls[].match[]': ['sniHosts', 'port'],
    'tls[].route[]': ['destination', 'weight'],
  },
  begin: {
    'http[]': { route: [{ destination: { host: '' } }] },
    'http[].match': [{ uri: { prefix: '/' } }],
    'http[].match[]': { uri: { prefix: '/' } },
    'http[].match[].headers{}': { exact: '' },
    'http[].fault': { delay: { percentage: { value: 10 }, fixedDelay: '5s' } },
    'http[].fault.delay': { percentage: { value: 10 }, fixedDelay: '5s' },
    'http[].fault.abort': { percentage: { value: 10 }, httpStatus: 503 },
    'http[].retries': { attempts: 2, perTryTimeout: '2s' },
    'http[].mirrors': [{ destination: { host: '' }, percentage: { value: 10 } }],
    'http[].redirect': { uri: '/' },
    'http[].rewrite': { uri: '/' },
    'http[].corsPolicy': { allowOrigins: [{ exact: 'https://example.com' }], allowMethods: ['GET'] },
    'tcp[]': { route: [{ destination: { host: '' } }] },
    'tls[]': { match: [{ sniHosts: [''] }], route: [{ destination: { host: '' } }] },
  },
};

export const virtualServiceReferences: ReferenceTable = {
  'hosts[]': 'host',
  'gateways[]': 'gateway',
  'http[].match[].gateways[]': 'gateway',
  'http[].route[].destination': 'destination',
  'http[].mirror': 'destination',
  'http[].mirrors[].destination': 'destination',
  'http[].delegate': 'delegate',
  'http[].match[].sourceNamespace': 'namespace',
  'tcp[].match[].gateways[]': 'gateway',
  'tcp[].route[].destination': 'destination',
  'tls[].match[].gateways[]': 'gateway',
  'tls[].route[].destination': 'destination',
};

export const virtualServiceExample = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: default
spec:
  hosts:
  - reviews
  http:
  - match:
    - headers:
        end-user:
          exact: jason
    route:
    - destination:
        host: reviews
        subset: v2
  - route:
    - destination:
        host: reviews
        subset: v1
      weight: 90
    - destination:
        host: reviews
        subset: v2
      weight: 10
`;
