import { z } from 'zod';
import { as, describeFields, oneOf } from '../field-notes';
import type { FieldNotes } from '../field-notes';

/** Blocks shared by the routes of the Gateway API. */
export const parentReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
  port: z.int().optional(),
  sectionName: z.string().optional(),
});
export type ParentReference = z.infer<typeof parentReference>;

const backendReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
  port: z.int().optional(),
});

/** Where a rule sends requests, with its share of them. */
export const weightedBackend = backendReference.extend({ weight: z.int().optional() });

/** A header or query parameter that a request must have. */
export const valueMatch = z.object({ name: z.string(), type: z.enum(['Exact', 'RegularExpression']).optional(), value: z.string() });

const namedValue = z.object({ name: z.string(), value: z.string() });
const headerModifier = z.object({
  add: z.array(namedValue).optional(),
  remove: z.array(z.string()).optional(),
  set: z.array(namedValue).optional(),
});
const requestMirror = z.object({
  backendRef: backendReference,
  fraction: z.object({ denominator: z.int().optional(), numerator: z.int() }).optional(),
  percent: z.int().optional(),
});
const pathModifier = z.object({
  replaceFullPath: z.string().optional(),
  replacePrefixMatch: z.string().optional(),
  type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
});

export const httpRouteFilter = z.object({
  cors: z
    .object({
      allowCredentials: z.boolean().optional(),
      allowHeaders: z.array(z.string()).optional(),
      allowMethods: z.array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'])).optional(),
      allowOrigins: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      maxAge: z.int().optional(),
    })
    .optional(),
  extensionRef: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
  externalAuth: z
    .object({
      backendRef: backendReference,
      forwardBody: z.object({ maxSize: z.int().optional() }).optional(),
      grpc: z.object({ allowedHeaders: z.array(z.string()).optional() }).optional(),
      http: z
        .object({
          allowedHeaders: z.array(z.string()).optional(),
          allowedResponseHeaders: z.array(z.string()).optional(),
          path: z.string().optional(),
        })
        .optional(),
      protocol: z.enum(['HTTP', 'GRPC']),
    })
    .optional(),
  requestHeaderModifier: headerModifier.optional(),
  requestMirror: requestMirror.optional(),
  requestRedirect: z
    .object({
      hostname: z.string().optional(),
      path: pathModifier.optional(),
      port: z.int().optional(),
      scheme: z.enum(['http', 'https']).optional(),
      statusCode: z.int().optional(),
    })
    .optional(),
  responseHeaderModifier: headerModifier.optional(),
  type: z.enum([
    'RequestHeaderModifier',
    'ResponseHeaderModifier',
    'RequestMirror',
    'RequestRedirect',
    'URLRewrite',
    'ExtensionRef',
    'CORS',
    'ExternalAuth',
  ]),
  urlRewrite: z
    .object({
      hostname: z.string().optional(),
      path: pathModifier.optional(),
    })
    .optional(),
});
export type HttpRouteFilter = z.infer<typeof httpRouteFilter>;

export const grpcRouteFilter = z.object({
  extensionRef: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
  requestHeaderModifier: headerModifier.optional(),
  requestMirror: requestMirror.optional(),
  responseHeaderModifier: headerModifier.optional(),
  type: z.enum(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'ExtensionRef']),
});
export type GrpcRouteFilter = z.infer<typeof grpcRouteFilter>;

const namedValues = { name: 'Name of the header.', value: 'Value of the header.' };
const backend = (of: string): FieldNotes => ({
  [`${of}.group`]: 'API group of the backend; left out for Services.',
  [`${of}.kind`]: 'Kind of the backend. Left out: Service.',
  [`${of}.name`]: as('service', 'Name of the backend.'),
  [`${of}.namespace`]: as('namespace', "Namespace of the backend. In another one than the route's it needs a ReferenceGrant there."),
  [`${of}.port`]: as('port', 'Port of the Service.'),
});
const modifier = (of: string, what: string): FieldNotes => ({
  [of]: `Changes the headers of ${what}.`,
  [`${of}.add`]: 'Headers to add, beside values that are there already.',
  [`${of}.add[].name`]: as('header', namedValues.name),
  [`${of}.add[].value`]: namedValues.value,
  [`${of}.remove`]: as('header', 'Names of headers to take out.'),
  [`${of}.set`]: 'Headers to write, in place of values that are there.',
  [`${of}.set[].name`]: as('header', namedValues.name),
  [`${of}.set[].value`]: namedValues.value,
});
const filters: FieldNotes = {
  ...modifier('requestHeaderModifier', 'the request'),
  ...modifier('responseHeaderModifier', 'the answer'),
  extensionRef: "A filter of the implementation's own kind.",
  'extensionRef.group': 'API group of the filter.',
  'extensionRef.kind': 'Kind of the filter.',
  'extensionRef.name': "Name of the filter, in the route's namespace.",
  requestMirror: 'Sends a copy of the requests somewhere else and drops the answers.',
  'requestMirror.backendRef': 'Where the copies go.',
  ...backend('requestMirror.backendRef'),
  'requestMirror.fraction': 'Share of the requests that is copied, as a fraction. Not together with percent.',
  'requestMirror.fraction.denominator': 'Out of so many requests. Left out: 100.',
  'requestMirror.fraction.numerator': 'So many requests are copied.',
  'requestMirror.percent': as('percent', 'Share of the requests that is copied. Left out: all.'),
};

describeFields(parentReference, {
  group: 'API group of the parent. Left out: gateway.networking.k8s.io; empty for a Service.',
  kind: 'Kind of the parent: Gateway (the default), or Service for traffic inside the mesh.',
  name: 'Name of the Gateway or Service that the route belongs to.',
  namespace: as('namespace', "Namespace of the parent. Left out: the route's."),
  port: as('port', 'Only for this port of the parent.'),
  sectionName: 'Only for the listener of this name.',
});

describeFields(httpRouteFilter, {
  ...filters,
  cors: 'Answers and allows requests that pages of other sites make.',
  'cors.allowCredentials': 'Whether cookies and credentials may come with them.',
  'cors.allowHeaders': as('header', 'Headers that such requests may have.'),
  'cors.allowMethods': as('method', 'Methods that such requests may use.'),
  'cors.allowOrigins': 'Sites that may ask, as `https://example.com`; `*` for all.',
  'cors.exposeHeaders': as('header', 'Headers of the answer that the page may read.'),
  'cors.maxAge': 'Seconds that a browser may remember the permission. Left out: 5.',
  externalAuth: 'Asks another service whether the request may pass.',
  'externalAuth.backendRef': 'The service that decides.',
  ...backend('externalAuth.backendRef'),
  'externalAuth.forwardBody': 'Sends the body of the request to it too.',
  'externalAuth.forwardBody.maxSize': 'Most bytes of the body; longer ones are refused.',
  'externalAuth.grpc': 'Settings for GRPC.',
  'externalAuth.grpc.allowedHeaders': as('header', 'Headers of the request that are sent. Left out: all.'),
  'externalAuth.http': 'Settings for HTTP.',
  'externalAuth.http.allowedHeaders': as('header', 'Headers of the request that are sent, beside the usual ones.'),
  'externalAuth.http.allowedResponseHeaders': as('header', 'Headers of its answer that are added to the request.'),
  'externalAuth.http.path': as('path', 'Prefix of the path it is asked with.'),
  'externalAuth.protocol': oneOf('How it is asked.', {
    HTTP: 'An HTTP request; 200 lets pass.',
    GRPC: "Envoy's external authorization protocol.",
  }),
  requestRedirect: 'Answers with a redirect in place of a backend.',
  'requestRedirect.hostname': 'Host of the new address. Left out: the one that was asked.',
  'requestRedirect.path': 'Path of the new address. Left out: the one that was asked.',
  'requestRedirect.path.replaceFullPath': as('path', 'The whole new path.'),
  'requestRedirect.path.replacePrefixMatch': as('path', 'What the matched prefix becomes.'),
  'requestRedirect.path.type': oneOf('What is replaced.', {
    ReplaceFullPath: 'The whole path.',
    ReplacePrefixMatch: 'The prefix that matched.',
  }),
  'requestRedirect.port': 'Port of the new address.',
  'requestRedirect.scheme': oneOf('Scheme of the new address.', { http: 'Plain HTTP.', https: 'HTTPS.' }),
  'requestRedirect.statusCode': as('statusCode', 'Status of the redirect. Left out: 302.'),
  type: oneOf('What the filter does; the field of the same name says how.', {
    RequestHeaderModifier: 'Changes headers of the request.',
    ResponseHeaderModifier: 'Changes headers of the answer.',
    RequestMirror: 'Copies requests to another backend.',
    RequestRedirect: 'Answers with a redirect.',
    URLRewrite: 'Changes host or path before the backend sees them.',
    ExtensionRef: "A filter of the implementation's own.",
    CORS: 'Allows requests from pages of other sites.',
    ExternalAuth: 'Asks another service for permission.',
  }),
  urlRewrite: 'Changes host or path before the request goes to the backend.',
  'urlRewrite.hostname': 'Host that the backend sees.',
  'urlRewrite.path': 'Path that the backend sees.',
  'urlRewrite.path.replaceFullPath': as('path', 'The whole new path.'),
  'urlRewrite.path.replacePrefixMatch': as('path', 'What the matched prefix becomes.'),
  'urlRewrite.path.type': oneOf('What is replaced.', {
    ReplaceFullPath: 'The whole path.',
    ReplacePrefixMatch: 'The prefix that matched.',
  }),
});

describeFields(grpcRouteFilter, {
  ...filters,
  type: oneOf('What the filter does; the field of the same name says how.', {
    RequestHeaderModifier: 'Changes headers (metadata) of the call.',
    ResponseHeaderModifier: 'Changes headers of the answer.',
    RequestMirror: 'Copies calls to another backend.',
    ExtensionRef: "A filter of the implementation's own.",
  }),
});

/** Notes about the backends of a route, for the path of their list. */
export const backendNotes = (of: string): FieldNotes => ({
  [of]: 'Where the requests go, with their weights. None: they fail (500).',
  ...backend(`${of}[]`),
  [`${of}[].weight`]: as('weight', 'Share of the requests, in relation to the sum of all weights. Left out: 1; 0 gets none.'),
});
