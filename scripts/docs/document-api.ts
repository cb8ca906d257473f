import { z } from 'zod';
import { durationText, endpoints, errorBody, kubernetesObject, moment, notice, objectRef, queryWhy, words } from '@/lib/contract';
import type { EndpointName } from '@/lib/contract';

/** What each endpoint is for, in one sentence. */
const summaries: Record<EndpointName, string> = {
  meta: 'What runs where, which namespaces there are, and whether every source answers.',
  overview: 'Namespaces with health, request rate, error ratio, p95 and a sparkline.',
  graph: 'The graph of services over a window that ends now or at `at`.',
  services: 'Every service with its health and golden signals.',
  service: 'One service: signals per version, who calls it, where it routes.',
  serviceSeries: 'Rate, errors and duration of a service over time, by version.',
  serviceFlags: 'Facts that explain response flags of requests to a service.',
  serviceTraffic: 'What the traffic editor edits: split, faults, timeout and retries in force, and what was observed.',
  workloadSeries: 'Rate, errors and duration of a workload over time.',
  edgeSeries: 'Rate, errors and duration between two workloads over time.',
  groupSeries: 'Rate, errors and duration of what reaches some workloads or namespaces over time.',
  marks: 'What changed the mesh in a window: changes, guarded shifts, rollouts of Deployments.',
  preview: 'What a draft would do to requests that were seen, what validation says of it, and whom it reaches. Writes nothing.',
  explain: 'The way of one request, step by step, live and under a draft. Writes nothing.',
  seenRequests: 'Who can send requests, and requests of one caller that traces and its access log tell of.',
  applyChange: 'Applies a draft: all objects or none. 409 carries the merge or the other owners.',
  changes: 'The history of changes, newest first.',
  undoChange: 'Takes a change back, as a change of its own.',
  undoPreview: 'What taking a change back would do.',
  convergence: 'Which proxies have a change, asked against observed split, and how its services fare since.',
  faults: 'The faults that are live, and until when.',
  stopFaults: 'Ends live faults at once.',
  rollouts: 'Shifts in steps, newest first, with the evidence so far.',
  startRollout:
    'Begins a guarded shift of a service: steps that evidence decides. 409 when someone else owns the route, 428 without a needed reason.',
  rollout: 'One shift in steps.',
  actOnRollout: '`pause`, `resume`, `next` (the next step now), `promote` (to the end), `abort` (put back).',
  traces: 'Traces that match a search, newest first.',
  trace: 'One trace with all of its spans.',
  traceServices: 'Names of the services that have traces.',
  traceOperations: 'Names of the operations of a service.',
  objects: 'Objects of the kinds of the registry. The data of Secrets is left out.',
  object: 'One object with its YAML and who wrote which part of it.',
  meshObjects: 'What findings about a draft depend on, for editors that check drafts in the browser; of Secrets names alone.',
  objectRelations: 'What stands around an object: references both ways, events, its own changes.',
  gateways: 'Gateways with hosts, ports, facts of their certificates (never the content of a Secret) and the routes bound to them.',
  security: 'Who may call what, the mutual TLS modes with where they come from, and which workloads ask for tokens.',
  rights: 'What the user may do with a kind in a namespace, as SelfSubjectAccessReviews answer.',
  kinds: 'The kinds there are, and whether the cluster serves them.',
};

type Schema = z.core.JSONSchema.BaseSchema;

/** Shapes that many answers share: said once, at the end. */
const shared = {
  AnyObject: kubernetesObject,
  Duration: durationText,
  ErrorBody: errorBody,
  Moment: moment,
  Notice: notice,
  ObjectRef: objectRef,
  QueryWhy: queryWhy,
  Words: words,
};

/** docs/api.md, made from the schemas that the server parses with and answers by: the page cannot disagree with them. */
export function documentApi(): string {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(shared)) names.add(schema, { id });
  const print = (schema: z.ZodType, io: 'input' | 'output'): string =>
    printType(z.toJSONSchema(schema, { io, metadata: names, unrepresentable: 'any' }), 0);
  const parts = [
    '# HTTP API of the console',
    'Made from `lib/contract` by `npm run docs`; a test holds the two together. Everything is JSON below `/api/v1`.',
    `Errors have the right status and the body \`${print(errorBody, 'output').replaceAll(/\s+/g, ' ')}\`. Answers made of measurements carry \`notices\` (which part is missing, and why) and \`queries\` (how each number was asked for). No traffic is \`null\`, never 0. Requests from a page of another origin, with a foreign \`Host\`, and writes that are not \`application/json\` are refused. \`GET /api/v1/events\` is a stream of server-sent events: \`graph\`, \`objects\`, \`change\`.`,
    '## Endpoints',
    Object.entries(endpoints)
      .map(([name, { method, path }]) => `- [\`${method} ${path}\`](#${name.toLowerCase()})`)
      .join('\n'),
  ];
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const { method, path, query, body, response } = endpoints[name];
    parts.push(`### ${name}`, `\`${method} /api/v1${path}\``, summaries[name]);
    if (Object.keys(query.shape).length > 0) parts.push('Query:', fence(print(query, 'input')));
    if (method === 'POST') parts.push('Body:', fence(print(body, 'input')));
    parts.push('Answer:', fence(print(response, 'output')));
  }
  parts.push('## Shared shapes');
  for (const [name, schema] of Object.entries(shared))
    parts.push(`### ${name}`, fence(printType(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }), 0)));
  return `${parts.join('\n\n')}\n`;
}

function fence(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

/** A JSON schema as a TypeScript type. */
function printType(schema: Schema, depth: number): string {
  if (typeof schema.$ref === 'string') return schema.$ref.replace(/^#\/\$defs\//, '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => printType({ ...schema, type }, depth)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map((one) => printType(one, depth)))].join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((one) => printType(one, depth)).join(' & ');
  switch (schema.type) {
    case 'object':
      return printObject(schema, depth);
    case 'array': {
      const item = isSchema(schema.items) ? printType(schema.items, depth) : 'unknown';
      return item.includes(' | ') || item.includes('{') ? `Array<${item}>` : `${item}[]`;
    }
    case 'integer':
      return 'number';
    default:
      return schema.type ?? 'unknown';
  }
}

function printObject(schema: Schema, depth: number): string {
  const rest = isSchema(schema.additionalProperties) ? schema.additionalProperties : undefined;
  const fields = Object.entries(schema.properties ?? {}).filter((entry): entry is [string, Schema] => isSchema(entry[1]));
  if (fields.length === 0) return rest === undefined ? '{}' : `Record<string, ${printType(rest, depth)}>`;
  const indent = '  '.repeat(depth + 1);
  const required = new Set(schema.required);
  const lines = fields.map(([name, field]) => `${indent}${name}${required.has(name) ? '' : '?'}: ${printType(field, depth + 1)};`);
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
