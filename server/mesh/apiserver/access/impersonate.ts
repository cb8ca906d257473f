import type { IncomingMessage } from 'node:http';
import type { ApiCore, User } from '../core';
import { badRequest } from '../status-errors';
import type { AccessAttributes } from './authorize';
import { checkAccess } from './check-access';

const userHeader = 'impersonate-user';
const groupHeader = 'impersonate-group';
const uidHeader = 'impersonate-uid';
const extraPrefix = 'impersonate-extra-';
const accountName = /^system:serviceaccount:([^:]+):([^:]+)$/;
const identityGroup = 'authentication.k8s.io';

/**
 * Whether a header makes a request somebody else's.
 * @param name in lower case
 */
export function isImpersonation(name: string): boolean {
  return name === userHeader || name === groupHeader || name === uidHeader || name.startsWith(extraPrefix);
}

/**
 * Whose rights a request has: its sender's, or those of the user its `Impersonate-*` headers name, when the sender has the verb
 * `impersonate` for the user (or service account), each group, the uid and each extra value.
 * @throws HeddleError `forbidden` without one of those rights, `bad_request` for groups, uid or extras without a user
 */
export function impersonate(core: ApiCore, sender: User, message: IncomingMessage): User {
  const asked = Object.entries(message.headersDistinct).filter(([name]) => isImpersonation(name));
  if (asked.length === 0) return sender;
  const values = (wanted: string): string[] => asked.flatMap(([name, all]) => (name === wanted ? (all ?? []).map(utf8) : []));
  const [name = ''] = values(userHeader);
  const groups = values(groupHeader);
  const [uid] = values(uidHeader);
  if (name === '') throw badRequest(`requested ${asked.map(([header]) => header).join(', ')} without impersonating a user`);

  const account = accountName.exec(name);
  if (account === null) mayBecome(core, sender, { resource: 'users', name });
  else mayBecome(core, sender, { resource: 'serviceaccounts', namespace: account[1] ?? '', name: account[2] ?? '' });
  for (const group of groups) mayBecome(core, sender, { resource: 'groups', name: group });
  if (uid !== undefined) mayBecome(core, sender, { group: identityGroup, version: 'v1', resource: 'uids', name: uid });
  const extra: Record<string, string[]> = {};
  for (const [header, all] of asked) {
    if (!header.startsWith(extraPrefix)) continue;
    const key = decoded(header.slice(extraPrefix.length));
    extra[key] = (all ?? []).map(utf8);
    for (const value of extra[key]) {
      mayBecome(core, sender, { group: identityGroup, version: 'v1', resource: 'userextras', subresource: key, name: value });
    }
  }
  return { name, ...(uid === undefined ? {} : { uid }), groups: completeGroups(name, account?.[1], groups), extra };
}

function mayBecome(core: ApiCore, sender: User, what: Partial<AccessAttributes>): void {
  checkAccess(core, sender, {
    verb: 'impersonate',
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    ...what,
  });
}

/** The groups that whoever signs in under a name always has are his in borrowed form too. */
function completeGroups(name: string, accountNamespace: string | undefined, asked: readonly string[]): string[] {
  const accounts = accountNamespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`];
  const groups = asked.length === 0 ? accounts : [...asked];
  if (name === 'system:anonymous') return groups.includes('system:unauthenticated') ? groups : [...groups, 'system:unauthenticated'];
  const signedIn = groups.includes('system:authenticated') || groups.includes('system:unauthenticated');
  return signedIn ? groups : [...groups, 'system:authenticated'];
}

/** Node reads header values as Latin-1; clients send UTF-8. */
function utf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
