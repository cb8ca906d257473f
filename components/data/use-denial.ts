'use client';

import { useQueries } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { AnyObject, Change, Deletion, ObjectRef } from '@/lib/contract';
import { getJson } from './client';

type WriteVerb = 'create' | 'patch' | 'delete';

/** A write that somebody wants to make: the user needs the right to. `namespace` is empty for kinds without one. */
export interface WriteNeed {
  group: string;
  kind: string;
  namespace: string;
  verb: WriteVerb;
}

/** An apply that makes an object needs both (server-side apply is a patch); one that changes it only `patch`. */
function applying(at: Omit<WriteNeed, 'verb'>, isThere: boolean): WriteNeed[] {
  return isThere
    ? [{ ...at, verb: 'patch' }]
    : [
        { ...at, verb: 'create' },
        { ...at, verb: 'patch' },
      ];
}

function placeOf({ group, kind, namespace }: Pick<ObjectRef, 'group' | 'kind' | 'namespace'>): Omit<WriteNeed, 'verb'> {
  return { group, kind, namespace };
}

/** What making a draft true needs. */
export function needsOfDraft({ objects, deletes = [] }: { objects: readonly AnyObject[]; deletes?: readonly Deletion[] }): WriteNeed[] {
  return [
    ...objects.flatMap(({ apiVersion, kind, metadata }) => {
      const slash = apiVersion.lastIndexOf('/');
      const group = slash < 0 ? '' : apiVersion.slice(0, slash);
      return applying({ group, kind, namespace: metadata.namespace ?? '' }, metadata.resourceVersion !== undefined);
    }),
    ...deletes.map((ref): WriteNeed => ({ ...placeOf(ref), verb: 'delete' })),
  ];
}

/** What taking a change back needs. */
export function needsOfUndo(change: Change): WriteNeed[] {
  return change.objects.flatMap(({ ref, action }) =>
    action === 'create' ? [{ ...placeOf(ref), verb: 'delete' as const }] : applying(placeOf(ref), action === 'update'),
  );
}

/** What writing to objects that are there needs. */
export function needsOfRefs(refs: readonly ObjectRef[]): WriteNeed[] {
  return refs.flatMap((ref) => applying(placeOf(ref), true));
}

/**
 * Why the user may not write all of it, in words; `undefined` when they may. As SelfSubjectAccessReviews answer; until the answer is
 * there everything counts as allowed: the server has the last word.
 */
export function useDenial(needs: readonly WriteNeed[]): string | undefined {
  const t = useTranslations('change');
  const places = [...new Map(needs.map((one) => [`${one.group}/${one.kind} ${one.namespace}`, one])).values()];
  const answers = useQueries({
    queries: places.map((one) => {
      const query = { kind: `${one.group}/${one.kind}`, namespace: one.namespace === '' ? '-' : one.namespace };
      return {
        queryKey: ['rights', {}, query],
        queryFn: ({ signal }: { signal: AbortSignal }) => getJson('rights', { query, signal }),
        refetchInterval: 60_000,
      };
    }),
  });
  const sentences = needs.flatMap((need) => {
    const at = places.findIndex((one) => one.group === need.group && one.kind === need.kind && one.namespace === need.namespace);
    const data = answers[at]?.data;
    const right = data?.rights.find((one) => one.verb === need.verb);
    if (data === undefined || right === undefined || right.allowed) return [];
    const values = { user: data.user, verb: need.verb, resource: data.resource, namespace: need.namespace };
    const said = need.namespace === '' || need.namespace === '-' ? t('deniedEverywhere', values) : t('denied', values);
    return [right.reason === '' ? said : `${said} ${t('deniedWhy', { reason: right.reason })}`];
  });
  return sentences.length === 0 ? undefined : [...new Set(sentences)].join(' ');
}
