import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { User } from '../core';
import { unauthorized } from '../status-errors';
import { issuer } from './account-tokens';
import type { AccountTokens } from './account-tokens';

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * Who sends a request: the subject of a client certificate of our CA (CN = name, O = groups), or of a ServiceAccount token.
 * @throws HeddleError `unauthorized` for a token that is not valid; nobody at all is `system:anonymous`.
 */
export async function authenticate(message: IncomingMessage, tokens: AccountTokens, now: Date): Promise<User> {
  const certified = certifiedUser(message.socket as TLSSocket);
  if (certified !== undefined) return certified;
  const bearer = /^Bearer\s+(\S+)$/i.exec(message.headers.authorization ?? '')?.[1];
  if (bearer === undefined) {
    if (message.headers.authorization !== undefined) throw unauthorized();
    return anonymous;
  }
  const result = await tokens.verify(bearer, [issuer], now);
  if ('error' in result) throw unauthorized();
  return result.user;
}

const certifiedUsers = new WeakMap<TLSSocket, { user: User | undefined }>();

/** The subject of a connection's certificate; it does not change while the connection lasts. */
function certifiedUser(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  let known = certifiedUsers.get(socket);
  if (known === undefined) {
    const { subject } = socket.getPeerCertificate();
    const name = first(subject?.CN);
    known = { user: name === undefined ? undefined : { name, groups: [...list(subject?.O), 'system:authenticated'] } };
    certifiedUsers.set(socket, known);
  }
  return known.user;
}

const list = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const first = (value: string | string[] | undefined): string | undefined => list(value)[0];
