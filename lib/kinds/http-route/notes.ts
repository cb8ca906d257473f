import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';
import { backendNotes } from '../shared/gateway-api-parts';

const compare = oneOf('How it is compared. Left out: Exact.', { Exact: 'Letter for letter.', RegularExpression: 'By an RE2 expression.' });

/** What the fields of an HTTPRoute mean. */
export const httpRouteNotes: FieldNotes = {
  hostnames: as('host', 'Hosts whose requests it routes. Left out: all of the listener. For a Service as parent: leave it out.'),
  parentRefs: 'Gateways it attaches to; a Service for traffic inside the mesh.',
  rules: 'Rules. The most specific match decides; of equal ones the first.',
  ...backendNotes('rules[].backendRefs'),
  'rules[].backendRefs[].filters': 'Filters for requests to this backend alone.',
  'rules[].filters': 'What is done to the requests of this rule.',
  'rules[].matches': 'Conditions; one of them must hold, each with all of its parts. None: every request.',
  'rules[].matches[].headers': 'Headers that must all match.',
  'rules[].matches[].headers[].name': as('header', 'Name of the header.'),
  'rules[].matches[].headers[].type': compare,
  'rules[].matches[].headers[].value': 'Value or expression.',
  'rules[].matches[].method': 'Method of the request.',
  'rules[].matches[].path': 'Path of the request. Left out: every path.',
  'rules[].matches[].path.type': oneOf('How it is compared. Left out: PathPrefix.', {
    Exact: 'Letter for letter.',
    PathPrefix: 'By whole parts: `/a` takes `/a` and `/a/b`, not `/ab`.',
    RegularExpression: 'By an RE2 expression.',
  }),
  'rules[].matches[].path.value': as('path', 'Path or expression. Left out: `/`.'),
  'rules[].matches[].queryParams': 'Query parameters that must all match.',
  'rules[].matches[].queryParams[].name': 'Name of the parameter.',
  'rules[].matches[].queryParams[].type': compare,
  'rules[].matches[].queryParams[].value': 'Value or expression.',
  'rules[].name': 'Name of the rule, unique in the route.',
  'rules[].retry': 'When and how often a failed request is tried again.',
  'rules[].retry.attempts': 'How often.',
  'rules[].retry.backoff': as('duration', 'Shortest pause between two tries.'),
  'rules[].retry.codes': as('statusCode', 'Statuses that count as failed.'),
  'rules[].sessionPersistence': 'Keeps a client with the backend that it got first.',
  'rules[].sessionPersistence.absoluteTimeout': as('duration', 'A session ends after this.'),
  'rules[].sessionPersistence.cookie': 'The cookie that remembers the session.',
  'rules[].sessionPersistence.cookie.lifetimeType': oneOf('How long the cookie lives.', {
    Permanent: 'Until absoluteTimeout.',
    Session: 'As long as the browser is open.',
  }),
  'rules[].sessionPersistence.cookie.name': 'Name of the cookie.',
  'rules[].sessionPersistence.cookie.path': as('path', 'Path that the cookie holds for.'),
  'rules[].sessionPersistence.header': 'The header that remembers the session.',
  'rules[].sessionPersistence.header.name': as('header', 'Name of the header.'),
  'rules[].sessionPersistence.type': oneOf('What remembers the session. Left out: Cookie.', { Cookie: 'A cookie.', Header: 'A header.' }),
  'rules[].timeouts': 'How long requests may take.',
  'rules[].timeouts.backendRequest': as('duration', 'Limit of one try.'),
  'rules[].timeouts.request': as('duration', 'Limit of the whole request, retries included; 0s for none.'),
  useDefaultGateways: oneOf('Whether it attaches to the default gateways too.', { All: 'To all of them.', None: 'To none.' }),
};

export const httpRouteForm: FormLayout = {
  groups: [
    { title: 'Where it attaches', fields: ['parentRefs', 'hostnames', 'useDefaultGateways'] },
    { title: 'Rules', fields: ['rules'] },
  ],
  parts: {
    'parentRefs[]': ['kind', 'name', 'namespace', 'sectionName'],
    'rules[]': ['name', 'matches', 'filters', 'backendRefs', 'timeouts', 'retry'],
    'rules[].matches[]': ['path', 'method', 'headers', 'queryParams'],
    'rules[].matches[].path': ['type', 'value'],
    'rules[].matches[].headers[]': ['name', 'type', 'value'],
    'rules[].matches[].queryParams[]': ['name', 'type', 'value'],
    'rules[].backendRefs[]': ['name', 'port', 'weight'],
    'rules[].timeouts': ['request', 'backendRequest'],
    'rules[].retry': ['attempts', 'codes', 'backoff'],
    'rules[].filters[]': ['type'],
  },
  begin: {
    'parentRefs[]': { name: '' },
    'rules[]': { backendRefs: [{ name: '', port: 80 }] },
    'rules[].matches[]': { path: { type: 'PathPrefix', value: '/' } },
    'rules[].backendRefs[]': { name: '', port: 80, weight: 1 },
    'rules[].filters[]': { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: '', value: '' }] } },
    'rules[].timeouts': { request: '10s' },
    'rules[].retry': { attempts: 2, codes: [503] },
  },
};

export const httpRouteReferences: ReferenceTable = {
  'parentRefs[]': 'parent',
  'rules[].backendRefs[]': 'backend',
  'rules[].filters[].requestMirror.backendRef': 'backend',
  'rules[].filters[].externalAuth.backendRef': 'backend',
  'rules[].backendRefs[].filters[].requestMirror.backendRef': 'backend',
};

export const httpRouteExample = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: reviews
  namespace: default
spec:
  parentRefs:
  - group: ''
    kind: Service
    name: reviews
    port: 9080
  rules:
  - backendRefs:
    - name: reviews-v1
      port: 9080
      weight: 90
    - name: reviews-v2
      port: 9080
      weight: 10
`;
