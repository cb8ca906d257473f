'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ApiError } from '@/components/data/client';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useDenial } from '@/components/data/use-denial';
import { objectPath } from '@/components/shell/object-path';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { type DraftStart, newObjectText } from '@/components/editor';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { PageHeader } from '@/components/ui/page';
import { ErrorState, SkeletonRows } from '@/components/ui/states';
import { meshKinds } from '@/lib/kinds';
import { splitDocuments, toYaml } from '@/lib/yaml';
import { ObjectEditor } from './object-editor';
import { ObservedStart, PastedStart } from './other-starts';

/** A new object of any kind: empty, from an example, from what is observed, pasted, converted, or a copy of another. */
export function NewObjectPage(): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [kindName, setKind] = useUrlValue('kind');
  const [copyOf, setCopyOf] = useUrlValue('copy');
  const copy = useCopy(copyOf);
  const [chosen, setChosen] = useState<{ id: number; objects: readonly DraftStart[] }>();
  const namespace = scope.namespaces[0] ?? 'default';
  const kind = meshKinds.find((one) => `${one.group}/${one.kind}` === kindName);
  const denial = useDenial(
    kind === undefined ? [] : [{ group: kind.group, kind: kind.kind, namespace: kind.namespaced ? namespace : '', verb: 'create' }],
  );
  const starts = (texts: readonly string[]): DraftStart[] => texts.map((yaml) => ({ yaml, base: null }));
  const begin = (texts: readonly string[]): void => setChosen((before) => ({ id: (before?.id ?? 0) + 1, objects: starts(texts) }));
  const shown = chosen ?? (copy.texts === undefined ? undefined : { id: 0, objects: starts(copy.texts) });
  const again = (): void => {
    setChosen(undefined);
    setCopyOf(undefined);
  };
  return (
    <>
      <PageHeader kind={t('title')} title={t('newObject')} actions={shown && <Button onClick={again}>{t('startAgain')}</Button>} />
      {shown ? (
        <ObjectEditor
          key={shown.id}
          objects={shown.objects}
          namespace={namespace}
          onApplied={(change) => {
            const [first] = change.objects;
            if (first !== undefined) router.push(scope.href(objectPath(first.ref)));
          }}
          onReload={again}
        />
      ) : copyOf !== undefined && copy.error === null ? (
        <SkeletonRows rows={12} label={common('loading')} />
      ) : (
        <div className="flex max-w-3xl flex-col gap-6 px-5 py-4">
          {copy.error && <ErrorState {...copy.error.body.error} retryLabel={common('retry')} onRetry={copy.retry} />}
          <section className="flex flex-col gap-2">
            <label className="flex items-center gap-3 text-sm">
              <span className="w-20 text-muted">{t('kind')}</span>
              <select
                value={kindName ?? ''}
                onChange={(event) => setKind(event.target.value)}
                className="h-8 min-w-72 rounded-md border border-line-strong bg-panel px-2"
              >
                <option value="">{t('chooseKind')}</option>
                {meshKinds.map((one) => (
                  <option key={`${one.group}/${one.kind}`} value={`${one.group}/${one.kind}`}>
                    {one.kind} · {one.group}
                  </option>
                ))}
              </select>
            </label>
            {kind && <p className="pl-[92px] text-sm text-muted">{kind.summary}</p>}
            {denial !== undefined && <p className="pl-[92px] text-sm text-degraded-text">{denial}</p>}
            <div className="flex gap-2 pl-[92px]">
              <GuardedButton
                denial={denial}
                variant="primary"
                disabled={kind === undefined}
                onClick={() => kind && begin([newObjectText(kind, namespace)])}
              >
                {t('fromScratch')}
              </GuardedButton>
              <GuardedButton
                denial={denial}
                disabled={kind === undefined || kind.example === ''}
                onClick={() => kind && begin([kind.example])}
              >
                {t('fromExample')}
              </GuardedButton>
            </div>
          </section>
          {(kind?.kind === 'AuthorizationPolicy' || kind?.kind === 'Sidecar') && <ObservedStart kind={kind.kind} onBegin={begin} />}
          <PastedStart onBegin={begin} />
        </div>
      )}
    </>
  );
}

/** The object that a duplicate is made from, under another name, to begin with at once. */
function useCopy(path: string | undefined): { error: ApiError | null; retry: () => void; texts: readonly string[] | undefined } {
  const [group = '', kind = '', namespace = '', ...rest] = (path ?? '').split('/');
  const object = useEndpoint(
    'object',
    { params: { group, kind, namespace, name: rest.join('/') } },
    { enabled: path !== undefined, keep: false },
  );
  const stored = path === undefined ? undefined : object.data?.object;
  const texts = useMemo(() => {
    if (stored === undefined) return undefined;
    const { apiVersion, metadata, ...fields } = stored;
    const { status: _status, kind: _kind, ...content } = fields;
    const copy = {
      apiVersion,
      kind: stored.kind,
      metadata: {
        name: `${metadata.name}-copy`,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      },
      ...content,
    };
    return splitDocuments(toYaml(copy));
  }, [stored]);
  return { error: object.isError ? object.error : null, retry: () => void object.refetch(), texts };
}
