'use client';

import { useEndpoint } from './use-endpoint';

export interface Rights {
  /** Whether the user may do it. Until the answer is there everything counts as allowed: the server has the last word. */
  may: (verb: 'create' | 'patch' | 'update' | 'delete') => boolean;
  user: string;
  resource: string;
  /** What the API server gave as a reason, if it did. */
  reason: (verb: string) => string;
}

/** What the user may do with a kind (`group/Kind`) in a namespace, as the API server says. */
export function useRights(kind: string, namespace: string, enabled = true): Rights {
  const { data } = useEndpoint('rights', { query: { kind, namespace } }, { enabled, refreshMs: 60_000, keep: false });
  const find = (verb: string) => data?.rights.find((one) => one.verb === verb);
  return {
    may: (verb) => find(verb)?.allowed ?? true,
    user: data?.user ?? '',
    resource: data?.resource ?? '',
    reason: (verb) => find(verb)?.reason ?? '',
  };
}
