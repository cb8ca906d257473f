import { as, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';
import type { FormLayout } from '../form-layout';
import type { ReferenceTable } from '../read-references';

const modes = {
  CLIENT_AND_SERVER: 'On both sides of a request.',
  CLIENT: 'Only where requests go out.',
  SERVER: 'Only where requests come in.',
};

/** What the fields of a Telemetry mean. */
export const telemetryNotes: FieldNotes = {
  accessLogging: 'Which requests are written to the access log.',
  'accessLogging[].disabled': 'Turns the log off.',
  'accessLogging[].filter': 'Which requests are written.',
  'accessLogging[].filter.expression': 'Condition in CEL, such as `response.code >= 400`.',
  'accessLogging[].match': 'On which side of a request.',
  'accessLogging[].match.mode': oneOf('Side of the request. Left out: both.', modes),
  'accessLogging[].providers': "Where the log goes. Left out: the mesh's default.",
  'accessLogging[].providers[].name': 'Name of a provider of the mesh configuration.',
  metrics: 'Which metrics there are, with which labels.',
  'metrics[].overrides': 'Changes to single metrics, in order.',
  'metrics[].overrides[].disabled': 'Turns the metric off.',
  'metrics[].overrides[].match': 'Which metric, on which side. Left out: all.',
  'metrics[].overrides[].match.customMetric': 'Name of a metric of your own.',
  'metrics[].overrides[].match.metric': 'One of the standard metrics.',
  'metrics[].overrides[].match.mode': oneOf('Side of the request. Left out: both.', modes),
  'metrics[].overrides[].tagOverrides': 'Changes to labels, by name of the label.',
  'metrics[].overrides[].tagOverrides{}.operation': oneOf('What happens to the label.', {
    UPSERT: 'It is set.',
    REMOVE: 'It is left out.',
  }),
  'metrics[].overrides[].tagOverrides{}.value': 'Value as a CEL expression, such as `request.host`.',
  'metrics[].providers': "Where the metrics go. Left out: the mesh's default.",
  'metrics[].providers[].name': 'Name of a provider of the mesh configuration.',
  'metrics[].reportingInterval': 'How often TCP metrics are reported.',
  selector: 'Which pods. Left out: the whole namespace; in the root namespace the whole mesh.',
  targetRef: { text: 'One Gateway or Service, in place of a selector.', deprecated: 'targetRefs' },
  targetRefs: 'Gateways, Services or ServiceEntries of the namespace that it is for, in place of a selector. What waypoints read.',
  tracing: 'Which requests are traced, with which tags.',
  'tracing[].customTags': 'Tags that spans get, by name.',
  'tracing[].customTags{}.environment': 'Value from the environment of the proxy.',
  'tracing[].customTags{}.environment.defaultValue': 'Value when the variable is not set.',
  'tracing[].customTags{}.environment.name': 'Name of the variable.',
  'tracing[].customTags{}.formatter': 'Value made by a format of the access log.',
  'tracing[].customTags{}.formatter.value': 'The format, such as `%REQ(x-user)%`.',
  'tracing[].customTags{}.header': 'Value from a header of the request.',
  'tracing[].customTags{}.header.defaultValue': 'Value when the header is missing.',
  'tracing[].customTags{}.header.name': as('header', 'Name of the header.'),
  'tracing[].customTags{}.literal': 'A fixed value.',
  'tracing[].customTags{}.literal.value': 'The value.',
  'tracing[].disableContextPropagation': 'Whether headers of the trace are not passed on.',
  'tracing[].disableSpanReporting': 'Makes spans but sends none.',
  'tracing[].enableIstioTags': "Whether spans get the mesh's own tags. Left out: true.",
  'tracing[].match': 'On which side of a request.',
  'tracing[].match.mode': oneOf('Side of the request. Left out: both.', modes),
  'tracing[].providers': "Where the spans go. Left out: the mesh's default.",
  'tracing[].providers[].name': 'Name of a provider of the mesh configuration.',
  'tracing[].randomSamplingPercentage': as('percent', 'Share of the requests that are traced when the caller did not decide. Left out: 1.'),
  'tracing[].useRequestIdForTraceSampling': 'Whether the request id carries the decision. Left out: true.',
};

export const telemetryForm: FormLayout = {
  groups: [
    { title: 'Which pods', fields: ['selector', 'targetRefs', 'targetRef'] },
    { title: 'Traces', fields: ['tracing'] },
    { title: 'Metrics', fields: ['metrics'] },
    { title: 'Access log', fields: ['accessLogging'] },
  ],
  parts: {
    selector: ['matchLabels'],
    'tracing[]': ['providers', 'randomSamplingPercentage', 'customTags'],
    'tracing[].providers[]': ['name'],
    'metrics[]': ['providers', 'overrides'],
    'metrics[].overrides[]': ['match', 'disabled', 'tagOverrides'],
    'metrics[].overrides[].match': ['metric', 'mode'],
    'accessLogging[]': ['providers', 'filter', 'disabled'],
    'accessLogging[].filter': ['expression'],
  },
  begin: {
    'tracing[]': { randomSamplingPercentage: 10 },
    'accessLogging[]': { filter: { expression: 'response.code >= 400' } },
    'metrics[]': { overrides: [{ match: { metric: 'REQUEST_COUNT' }, disabled: true }] },
  },
};

export const telemetryReferences: ReferenceTable = {
  'selector.matchLabels': 'labels',
  targetRef: 'target',
  'targetRefs[]': 'target',
};

export const telemetryExample = `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: default
  namespace: default
spec:
  tracing:
  - randomSamplingPercentage: 10
  accessLogging:
  - filter:
      expression: response.code >= 400
`;
