import type { Notice, RightsResponse } from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import type { KubeClient } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { findKind } from './known-kinds';
import type { KnownKind } from './known-kinds';

/** What the console asks for: an apply needs create and patch, an undo update, the rest speaks for itself. */
const verbs = ['get', 'create', 'patch', 'update', 'delete'] as const;

/** What the user may do with a kind in a namespace, asked of the API server (SelfSubjectAccessReview), never guessed. */
export async function checkRights(console: Console, query: { kind: string; namespace: string }): Promise<RightsResponse> {
  const slash = query.kind.lastIndexOf('/');
  const group = slash < 0 ? '' : query.kind.slice(0, slash);
  const kind = findKind(group === 'core' ? '' : group, query.kind.slice(slash + 1));
  const cluster = console.cluster();
  const namespace = query.namespace === '-' || !kind.namespaced ? '' : query.namespace;
  const notices: Notice[] = [];
  const rights = await Promise.all(
    verbs.map(async (verb) => {
      try {
        return { verb, ...(await review(cluster.client, kind, namespace, verb)) };
      } catch (error) {
        // Who cannot be asked is not the one to forbid: the write itself is asked again by the server.
        if (!isHeddleError(error)) throw error;
        if (notices.length === 0) notices.push(noticeOf('kubernetes', error));
        return { verb, allowed: true, reason: '' };
      }
    }),
  );
  return { user: await cluster.user(), resource: `${kind.plural}${kind.group === '' ? '' : `.${kind.group}`}`, rights, notices };
}

async function review(client: KubeClient, kind: KnownKind, namespace: string, verb: string): Promise<{ allowed: boolean; reason: string }> {
  const answer = await client.raw('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { group: kind.group, version: kind.version, resource: kind.plural, namespace, verb } },
    }),
    timeoutMs: 3000,
  });
  if (answer.status >= 300) {
    throw new HeddleError('source_failed', `The API server does not say what you may do (it answered ${answer.status}).`);
  }
  const { status } = JSON.parse(answer.body.toString('utf8')) as { status?: { allowed?: boolean; reason?: string } };
  return { allowed: status?.allowed === true, reason: status?.reason ?? '' };
}
