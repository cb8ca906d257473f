import { as } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

/** What the fields of a DestinationRule mean. */
export const destinationRuleNotes: FieldNotes = {
  exportTo: as('exportTo', 'Namespaces whose clients use this rule: `.` its own, `*` all. Left out: all.'),
  host: as('host', 'The service whose clients the rule is for. Short names mean the namespace of this object; `*.example.com` is allowed.'),
  subsets: 'Named groups of endpoints, mostly versions, that routes can send requests to.',
  'subsets[].labels': as('labels', 'Labels that the endpoints of the subset have.'),
  'subsets[].name': 'Name that routes use.',
  'subsets[].trafficPolicy': 'Settings of this subset; each part it has takes the place of the same part of the rule.',
  trafficPolicy: 'Settings of all connections to the service.',
  workloadSelector: 'Which pods the rule is for as clients. Left out: all that see it.',
  'workloadSelector.matchLabels': as('labels', 'Labels that the client pods have.'),
};

export const destinationRuleForm: FormLayout = {
  groups: [
    { title: 'Which service', fields: ['host', 'exportTo', 'workloadSelector'] },
    { title: 'Subsets', fields: ['subsets'] },
    { title: 'Traffic policy', fields: ['trafficPolicy'] },
  ],
  parts: {
    'subsets[]': ['name', 'labels', 'trafficPolicy'],
    trafficPolicy: ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'],
    'trafficPolicy.loadBalancer': ['simple', 'consistentHash'],
    'trafficPolicy.connectionPool': ['tcp', 'http'],
    'trafficPolicy.connectionPool.tcp': ['maxConnections', 'connectTimeout'],
    'trafficPolicy.connectionPool.http': ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRetries'],
    'trafficPolicy.outlierDetection': ['consecutive5xxErrors', 'interval', 'baseEjectionTime', 'maxEjectionPercent'],
    'trafficPolicy.tls': ['mode', 'sni'],
    'trafficPolicy.portLevelSettings[]': ['port', 'loadBalancer', 'connectionPool', 'outlierDetection', 'tls'],
  },
  begin: {
    'subsets[]': { name: '', labels: {} },
    trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } },
    'subsets[].trafficPolicy': { loadBalancer: { simple: 'LEAST_REQUEST' } },
    'trafficPolicy.loadBalancer': { simple: 'LEAST_REQUEST' },
    'trafficPolicy.outlierDetection': { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
    'trafficPolicy.connectionPool': { tcp: { maxConnections: 100 }, http: { http1MaxPendingRequests: 100 } },
    'trafficPolicy.tls': { mode: 'ISTIO_MUTUAL' },
  },
};

export const destinationRuleReferences: ReferenceTable = {
  host: 'host',
  'workloadSelector.matchLabels': 'labels',
  'trafficPolicy.tls.credentialName': 'secret',
  'trafficPolicy.portLevelSettings[].tls.credentialName': 'secret',
  'subsets[].trafficPolicy.tls.credentialName': 'secret',
};

export const destinationRuleExample = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: default
spec:
  host: reviews
  trafficPolicy:
    loadBalancer:
      simple: LEAST_REQUEST
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 10s
      baseEjectionTime: 30s
  subsets:
  - name: v1
    labels:
      version: v1
  - name: v2
    labels:
      version: v2
`;
