import type { ServerResponse } from 'node:http';
import type { ApiRequest } from '../http/api-request';
import type { ResourcePath } from '../http/parse-path';
import type { ServerParts } from '../http/handle-request';
import type { ServedKind } from '../served-kinds';
import { methodNotAllowed, noSuchPath } from '../status-errors';
import { bindPod, evictPod } from './bind-pod';
import { finalizeNamespace } from './finalize-namespace';
import { forwardProxy } from './forward-proxy';
import { issueToken } from './issue-token';
import { scaleWorkload } from './scale-workload';
import { sendLog } from './send-log';

type Handler = (parts: ServerParts, request: ApiRequest, response: ServerResponse, kind: ServedKind, path: ResourcePath) => Promise<void>;

const handlers: Record<string, { methods: readonly string[] | undefined; handle: Handler }> = {
  log: { methods: ['GET'], handle: sendLog },
  proxy: { methods: undefined, handle: forwardProxy },
  scale: { methods: ['GET', 'PUT', 'PATCH'], handle: scaleWorkload },
  token: { methods: ['POST'], handle: issueToken },
  binding: { methods: ['POST'], handle: bindPod },
  eviction: { methods: ['POST'], handle: evictPod },
  finalize: { methods: ['PUT'], handle: finalizeNamespace },
};

/** Subresources other than `status`. */
export async function handleSubresource(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const entry = kind.definition.subresources.includes(path.subresource) ? handlers[path.subresource] : undefined;
  if (entry === undefined) throw noSuchPath();
  if (entry.methods?.includes(request.method) === false) throw methodNotAllowed();
  return entry.handle(parts, request, response, kind, path);
}
