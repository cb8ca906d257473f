import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of an AuthorizationPolicy mean. */
export const authorizationPolicyNotes: FieldNotes = {
  action: oneOf('What a rule that matches does. CUSTOM is asked first, then DENY, then ALLOW.', {
    ALLOW: 'Lets the request pass. With any ALLOW policy, what none of them allows is refused.',
    DENY: 'Refuses the request (403), whatever else allows it.',
    AUDIT: 'Only notes it.',
    CUSTOM: 'Asks an external authorizer.',
  }),
  provider: 'The external authorizer, for CUSTOM.',
  'provider.name': 'Its name in the mesh configuration (extensionProviders).',
  rules:
    'A request matches when one rule matches: one of `from`, one of `to`, and all of `when`. No rules: nothing matches; an empty rule: everything.',
  'rules[].from': 'Who calls; one of them. Left out: anybody.',
  'rules[].from[].source': 'A caller that fulfils all of this.',
  'rules[].from[].source.ipBlocks': as('cidr', 'Address the connection comes from.'),
  'rules[].from[].source.namespaces': as('namespace', 'Namespace of the caller, from its certificate.'),
  'rules[].from[].source.notIpBlocks': as('cidr', 'Address it must not come from.'),
  'rules[].from[].source.notNamespaces': as('namespace', 'Namespace it must not be in.'),
  'rules[].from[].source.notPrincipals': 'Identity it must not have.',
  'rules[].from[].source.notRemoteIpBlocks': as('cidr', 'Address of the first client it must not be.'),
  'rules[].from[].source.notRequestPrincipals': 'Issuer and subject that the token must not have.',
  'rules[].from[].source.notServiceAccounts': as('serviceAccount', 'Service account it must not have.'),
  'rules[].from[].source.notTrustDomains': 'Trust domain it must not be of.',
  'rules[].from[].source.principals': as(
    'serviceAccount',
    "Identity from the caller's certificate, `cluster.local/ns/NAMESPACE/sa/ACCOUNT`. Needs mutual TLS.",
  ),
  'rules[].from[].source.remoteIpBlocks': as('cidr', 'Address of the first client, from X-Forwarded-For or the PROXY header.'),
  'rules[].from[].source.requestPrincipals': 'Issuer and subject of the token, `issuer/subject`; `*` for any verified token.',
  'rules[].from[].source.serviceAccounts': as(
    'serviceAccount',
    'Service account of the caller, `namespace/name` or a name of the own namespace.',
  ),
  'rules[].from[].source.trustDomains': 'Trust domain of the caller.',
  'rules[].to': 'What is asked for; one of them. Left out: anything.',
  'rules[].to[].operation': 'A request that fulfils all of this.',
  'rules[].to[].operation.hosts': as('host', 'Host that was asked for, whatever its capitals.'),
  'rules[].to[].operation.methods': as('method', 'Method; for gRPC always POST.'),
  'rules[].to[].operation.notHosts': as('host', 'Host it must not be.'),
  'rules[].to[].operation.notMethods': as('method', 'Method it must not be.'),
  'rules[].to[].operation.notPaths': as('path', 'Path it must not be.'),
  'rules[].to[].operation.notPorts': 'Port it must not be.',
  'rules[].to[].operation.paths': as('path', 'Path; `*` at the beginning or end stands for anything, `{*}` for one part.'),
  'rules[].to[].operation.ports': 'Port of the container, as text.',
  'rules[].when': 'More conditions; all of them.',
  'rules[].when[].key': 'What is looked at, such as `request.headers[x-user]`, `request.auth.claims[group]`, `source.ip`.',
  'rules[].when[].notValues': 'Values it must have none of.',
  'rules[].when[].values': 'Values it must have one of.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  targetRef: { text: 'One Gateway or Service, in place of a selector.', deprecated: 'targetRefs' },
  targetRefs: 'Gateways, Services or ServiceEntries of the namespace that it is for, in place of a selector. What waypoints read.',
};

export const authorizationPolicyForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector', 'targetRefs', 'targetRef'] },
    { title: 'What happens', fields: ['action', 'provider'] },
    { title: 'Rules', fields: ['rules'] },
  ],
  parts: {
    selector: ['matchLabels'],
    'targetRefs[]': ['kind', 'name'],
    'rules[]': ['from', 'to', 'when'],
    'rules[].from[]': ['source'],
    'rules[].from[].source': ['principals', 'namespaces', 'serviceAccounts'],
    'rules[].to[]': ['operation'],
    'rules[].to[].operation': ['methods', 'paths', 'ports'],
    'rules[].when[]': ['key', 'values'],
    provider: ['name'],
  },
  begin: {
    'rules[]': { from: [{ source: { namespaces: [''] } }], to: [{ operation: { methods: ['GET'] } }] },
    'rules[].from[]': { source: { namespaces: [''] } },
    'rules[].to[]': { operation: { methods: ['GET'] } },
    'rules[].when[]': { key: 'source.ip', values: [''] },
  },
};

export const authorizationPolicyReferences: ReferenceTable = {
  'selector.matchLabels': 'labels',
  targetRef: 'target',
  'targetRefs[]': 'target',
  'rules[].from[].source.namespaces[]': 'namespace',
  'rules[].from[].source.serviceAccounts[]': 'serviceAccount',
  'rules[].to[].operation.hosts[]': 'host',
};

export const authorizationPolicyExample = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: ratings-from-reviews
  namespace: default
spec:
  selector:
    matchLabels:
      app: ratings
  action: ALLOW
  rules:
  - from:
    - source:
        principals:
        - cluster.local/ns/default/sa/bookinfo-reviews
    to:
    - operation:
        methods:
        - GET
`;
