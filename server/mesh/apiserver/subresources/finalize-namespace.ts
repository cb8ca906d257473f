import type { ServerResponse } from 'node:http';
import type { ServerParts } from '../http/handle-request';
import { readObjectBody } from '../http/api-request';
import type { ApiRequest } from '../http/api-request';
import { sendObject, writeRequest } from '../http/handle-resource';
import type { ResourcePath } from '../http/parse-path';
import type { ServedKind } from '../served-kinds';
import { updateObject } from '../write/update-object';

/** PUT namespaces/NAME/finalize: changes spec.finalizers. The content is removed by the server in any case. */
export async function finalizeNamespace(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const body = await readObjectBody(request);
  const { object } = await updateObject(parts.core, path.name, writeRequest(request, kind, { ...path, subresource: '' }), () => body);
  sendObject(parts.core, request, response, kind, path, 200, object);
}
