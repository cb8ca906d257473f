import type { ApiCore, User } from '../core';
import { qualifiedResource } from '../served-kinds';
import { forbidden, unauthorized } from '../status-errors';
import { anonymous } from './authenticate';
import { authorize } from './authorize';
import type { AccessAttributes } from './authorize';

/**
 * Lets pass what a user may do.
 * @throws HeddleError `forbidden` in Kubernetes' words; `unauthorized` when nobody said who he is
 */
export function checkAccess(core: ApiCore, user: User, attributes: AccessAttributes): void {
  if (authorize(core, user, attributes).allowed) return;
  if (user === anonymous) throw unauthorized();
  const { verb, group, resource, subresource, namespace, name, nonResourcePath } = attributes;
  const kind = core.kinds.get(`${group}/${resource}`);
  const qualified = kind === undefined ? (group === '' ? resource : `${resource}.${group}`) : qualifiedResource(kind.definition);
  const what = nonResourcePath === undefined ? `${qualified}${name === '' ? '' : ` "${name}"`}` : `path "${nonResourcePath}"`;
  const target =
    nonResourcePath === undefined
      ? `resource "${subresource === '' ? resource : `${resource}/${subresource}`}" in API group "${group}"`
      : 'path';
  const where = nonResourcePath !== undefined ? '' : namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  throw forbidden(`${what} is forbidden: User "${user.name}" cannot ${verb} ${target}${where}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
