import { createHash } from 'node:crypto';
import { apiVersionOf } from '../served-kinds';
import type { KindRegistry, ServedKind } from '../served-kinds';
import type { FieldSchema } from '../schema/field-schema';
import type { DiscoveredResource } from './serve-discovery';
import { groupsOf } from './serve-discovery';

/** The OpenAPI v3 documents: an index and one document per group and version, made when first asked for. */
export interface OpenApi {
  index(): string;
  document(group: string, version: string): { body: string; hash: string } | undefined;
}

export function createOpenApi(kinds: KindRegistry, resources: readonly DiscoveredResource[]): OpenApi {
  const documents = new Map<string, { body: string; hash: string }>();
  const versions = groupsOf(resources).flatMap((group) => group.versions.map((version) => ({ group: group.name, version })));

  function document(group: string, version: string): { body: string; hash: string } | undefined {
    const key = apiVersionOf(group, version);
    const made = documents.get(key);
    if (made !== undefined) return made;
    if (!versions.some((one) => one.group === group && one.version === version)) return undefined;
    const served = [...kinds.values()].filter((kind) => kind.definition.group === group && kind.definition.versions.includes(version));
    const body = JSON.stringify(documentOf(group, version, served));
    const fresh = { body, hash: createHash('sha256').update(body).digest('hex').slice(0, 32).toUpperCase() };
    documents.set(key, fresh);
    return fresh;
  }

  // Hashes of schemas change with the program alone, so the index uses a cheap one: making every document just to list them takes long.
  const build = createHash('sha256').update(JSON.stringify(resources)).digest('hex').slice(0, 32).toUpperCase();
  const index = JSON.stringify({
    paths: Object.fromEntries(
      versions.map(({ group, version }) => {
        const path = pathOf(group, version);
        return [path.slice(1), { serverRelativeURL: `/openapi/v3${path}?hash=${build}` }];
      }),
    ),
  });
  return { index: () => index, document };
}

const pathOf = (group: string, version: string): string => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

function documentOf(group: string, version: string, kinds: readonly ServedKind[]): unknown {
  const paths: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (const kind of kinds) {
    const { definition } = kind;
    const id = schemaName(group, version, definition.kind, definition.native);
    const gvk = { group, version, kind: definition.kind };
    schemas[id] = {
      description: `${definition.kind} of ${apiVersionOf(group, version)}.`,
      ...documented(kind.schema()),
      'x-kubernetes-group-version-kind': [gvk],
    };
    const collection = `${pathOf(group, version)}/${definition.namespaced ? 'namespaces/{namespace}/' : ''}${definition.plural}`;
    const content = { 'application/json': { schema: { $ref: `#/components/schemas/${id}` } } };
    const responses = { 200: { description: 'OK', content } };
    const operation = (action: string, body?: string[]) => ({
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': gvk,
      parameters: action === 'get' || action === 'list' || action === 'delete' ? [] : writeParameters,
      ...(body === undefined
        ? {}
        : { requestBody: { content: Object.fromEntries(body.map((type) => [type, content['application/json']])) } }),
      responses,
    });
    const place = definition.namespaced ? [pathParameter('namespace')] : [];
    paths[collection] = {
      get: operation('list'),
      post: operation('post', ['application/json']),
      delete: operation('deletecollection'),
      parameters: place,
    };
    const patches = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
    paths[`${collection}/{name}`] = {
      get: operation('get'),
      put: operation('put', ['application/json']),
      patch: operation('patch', definition.native ? [...patches, 'application/strategic-merge-patch+json'] : patches),
      delete: operation('delete'),
      parameters: [pathParameter('name'), ...place],
    };
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.32.0' }, paths, components: { schemas } };
}

const pathParameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } });
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
}));

/** `io.k8s.api.apps.v1.Deployment`, `io.istio.networking.v1.VirtualService`: the group's name backwards. */
function schemaName(group: string, version: string, kind: string, native: boolean): string {
  if (native) return `io.k8s.api.${group === '' ? 'core' : (group.split('.')[0] ?? group)}.${version}.${kind}`;
  return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
}

/** int-or-string fields as OpenAPI tells of them. */
function documented(schema: FieldSchema): FieldSchema {
  const next: FieldSchema = { ...schema };
  if (next['x-kubernetes-int-or-string'] === true)
    Object.assign(next, { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' });
  if (next.properties !== undefined)
    next.properties = Object.fromEntries(Object.entries(next.properties).map(([name, field]) => [name, documented(field)]));
  if (next.items !== undefined) next.items = documented(next.items);
  if (typeof next.additionalProperties === 'object') next.additionalProperties = documented(next.additionalProperties);
  return next;
}
