import type { ApiCore, User } from '../core';
import type { ApiRequest } from '../http/api-request';
import type { ResourcePath } from '../http/parse-path';
import { isObject, textOf } from '../schema/conform';
import { badRequest, noSuchPath } from '../status-errors';
import { issuer } from './account-tokens';
import type { AccountTokens } from './account-tokens';
import { authorize, rulesOf } from './authorize';
import type { AccessAttributes } from './authorize';

/** Kinds that are questions: created, answered, never stored. */
const reviewKinds: Record<string, string> = {
  'authorization.k8s.io/selfsubjectaccessreviews': 'SelfSubjectAccessReview',
  'authorization.k8s.io/selfsubjectrulesreviews': 'SelfSubjectRulesReview',
  'authorization.k8s.io/subjectaccessreviews': 'SubjectAccessReview',
  'authorization.k8s.io/localsubjectaccessreviews': 'LocalSubjectAccessReview',
  'authentication.k8s.io/tokenreviews': 'TokenReview',
  'authentication.k8s.io/selfsubjectreviews': 'SelfSubjectReview',
};

export function isReview(path: ResourcePath): boolean {
  return path.version === 'v1' && `${path.group}/${path.plural}` in reviewKinds;
}

/** Answers an access or token review. @throws HeddleError `bad_request` when the question is not complete. */
export async function answerReview(
  core: ApiCore,
  tokens: AccountTokens,
  request: ApiRequest,
  path: ResourcePath,
  body: unknown,
): Promise<unknown> {
  const kind = reviewKinds[`${path.group}/${path.plural}`];
  if (kind === undefined) throw noSuchPath();
  const spec = isObject(body) && isObject(body['spec']) ? body['spec'] : {};
  const answer = (status: unknown) => ({
    kind,
    apiVersion: `${path.group}/${path.version}`,
    metadata: { creationTimestamp: null },
    spec,
    status,
  });
  switch (kind) {
    case 'SelfSubjectReview': {
      const { spec: _spec, ...rest } = answer({ userInfo: userInfo(request.user) });
      return rest;
    }
    case 'SelfSubjectAccessReview':
      return answer(verdict(core, request.user, spec, ''));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
      if (spec['user'] === undefined && groups.length === 0) throw badRequest('spec.user or spec.groups must be set');
      return answer(verdict(core, { name: textOf(spec['user']), groups }, spec, path.namespace));
    }
    case 'SelfSubjectRulesReview': {
      const rules = request.user.groups.includes('system:masters')
        ? [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
            { verbs: ['*'], nonResourceURLs: ['*'] },
          ]
        : rulesOf(core, request.user, textOf(spec['namespace'])).map(({ rule }) => rule);
      return answer({
        resourceRules: rules.filter((rule) => 'resources' in rule && rule.resources !== undefined),
        nonResourceRules: rules.filter((rule) => 'nonResourceURLs' in rule && rule.nonResourceURLs !== undefined),
        incomplete: false,
      });
    }
    default:
      return answer(await tokenStatus(core, tokens, spec));
  }
}

function verdict(core: ApiCore, user: User, spec: Record<string, unknown>, namespace: string): unknown {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec;
  let attributes: AccessAttributes;
  if (isObject(resource)) {
    attributes = {
      verb: textOf(resource['verb']),
      group: textOf(resource['group']),
      version: textOf(resource['version']),
      resource: textOf(resource['resource']),
      subresource: textOf(resource['subresource']),
      namespace: textOf(resource['namespace']) || namespace,
      name: textOf(resource['name']),
    };
  } else if (isObject(other)) {
    attributes = {
      verb: textOf(other['verb']),
      group: '',
      version: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      nonResourcePath: textOf(other['path']),
    };
  } else throw badRequest('exactly one of spec.resourceAttributes and spec.nonResourceAttributes must be set');
  const { allowed, reason } = authorize(core, user, attributes);
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

async function tokenStatus(core: ApiCore, tokens: AccountTokens, spec: Record<string, unknown>): Promise<unknown> {
  const audiences = Array.isArray(spec['audiences']) && spec['audiences'].length > 0 ? spec['audiences'].map(String) : [issuer];
  const result = await tokens.verify(textOf(spec['token']), audiences, core.now());
  if ('error' in result) return { authenticated: false, user: {}, error: result.error };
  return { authenticated: true, user: userInfo(result.user), audiences: result.audiences };
}

function userInfo(user: User): unknown {
  const extra = user.extra === undefined || Object.keys(user.extra).length === 0 ? {} : { extra: user.extra };
  return { username: user.name, ...(user.uid === undefined ? {} : { uid: user.uid }), groups: user.groups, ...extra };
}
