import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Pod } from '@/lib/kinds';
import type { ServerParts } from '../http/handle-request';
import { send } from '../http/api-request';
import type { ApiRequest } from '../http/api-request';
import type { ResourcePath } from '../http/parse-path';
import type { ServedKind } from '../served-kinds';
import { badRequest, notFound } from '../status-errors';

/** GET pods/NAME/log. */
export async function sendLog(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const pod = parts.core.store.get('/pods', path.namespace, path.name) as Pod | undefined;
  if (pod === undefined) throw notFound(kind.definition, path.name);
  const { query } = request;
  const container = chooseContainer(pod, query.get('container'));
  const leaving = new AbortController();
  response.on('close', () => leaving.abort());
  const log = await parts.pods.openLog({
    namespace: path.namespace,
    pod: path.name,
    container,
    previous: query.get('previous') === 'true',
    follow: query.get('follow') === 'true',
    tailLines: count(query, 'tailLines'),
    limitBytes: count(query, 'limitBytes'),
    sinceSeconds: count(query, 'sinceSeconds'),
    sinceTime: query.get('sinceTime') ?? undefined,
    timestamps: query.get('timestamps') === 'true',
    signal: leaving.signal,
  });
  if (log === undefined) {
    if (query.get('previous') === 'true') throw badRequest(`previous terminated container "${container}" in pod "${path.name}" not found`);
    return send(request, response, 200, '', 'text/plain');
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  // A reader that leaves in the middle is nobody's error.
  await pipeline(log, response).catch(() => log.destroy());
}

function chooseContainer(pod: Pod, asked: string | null): string {
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((container) => container.name);
  if (asked !== null && asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const first = names[0] ?? '';
  if (pod.spec.containers.length > 1) {
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`);
  }
  return first;
}

function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be greater than or equal to 0`);
  return value;
}
