'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useRights } from '@/components/data/use-rights';
import { objectPath } from '@/components/shell/object-path';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { type DraftStart, newObjectText } from '@/components/editor';
import { Button } from '@/components/ui/button';
import { PageHeader } from '@/components/ui/page';
import { meshKinds } from '@/lib/kinds';
import { splitDocuments, toYaml } from '@/lib/yaml';
import { useDenial } from './guarded-button';
import { ObjectEditor } from './object-editor';
import { ObservedStart, PastedStart } from './other-starts';

/** A new object of any kind: empty, from an example, from what is observed, pasted, converted, or a copy of another. */
export function NewObjectPage(): ReactNode {
  const t = useTranslations('configuration');
  const router = useRouter();
  const scope = useScope();
  const [kindName, setKind] = useUrlValue('kind');
  const [copyOf] = useUrlValue('copy');
  const [chosen, setChosen] = useState<{ id: number; objects: readonly DraftStart[] }>();
  const namespace = scope.namespaces[0] ?? 'default';
  const kind = meshKinds.find((one) => `${one.group}/${one.kind}` === kindName);
  const denial = useDenial(useRights(kindName ?? '', kind?.namespaced === false ? '-' : namespace, kind !== undefined))('create');
  const begin = (texts: readonly string[]): void =>
    setChosen((before) => ({ id: (before?.id ?? 0) + 1, objects: texts.map((yaml) => ({ yaml, base: null })) }));
  return (
    <>
      <PageHeader
        kind={t('title')}
        title={t('newObject')}
        actions={chosen && <Button onClick={() => setChosen(undefined)}>{t('startAgain')}</Button>}
      />
      {chosen ? (
        <ObjectEditor
          key={chosen.id}
          objects={chosen.objects}
          namespace={namespace}
          onApplied={(change) => {
            const [first] = change.objects;
            if (first !== undefined) router.push(scope.href(objectPath(first.ref)));
          }}
          onReload={() => setChosen(undefined)}
        />
      ) : (
        <div className="flex max-w-3xl flex-col gap-6 px-5 py-4">
          {copyOf !== undefined && <CopyStart path={copyOf} onBegin={begin} />}
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
              <Button variant="primary" disabled={kind === undefined} onClick={() => kind && begin([newObjectText(kind, namespace)])}>
                {t('fromScratch')}
              </Button>
              <Button disabled={kind === undefined || kind.example === ''} onClick={() => kind && begin([kind.example])}>
                {t('fromExample')}
              </Button>
            </div>
          </section>
          {(kind?.kind === 'AuthorizationPolicy' || kind?.kind === 'Sidecar') && <ObservedStart kind={kind.kind} onBegin={begin} />}
          <PastedStart onBegin={begin} />
        </div>
      )}
    </>
  );
}

/** The object a duplicate is made from, with another name. */
function CopyStart({ path, onBegin }: { path: string; onBegin: (texts: readonly string[]) => void }): ReactNode {
  const t = useTranslations('configuration');
  const [group = '', kind = '', namespace = '', ...rest] = path.split('/');
  const name = rest.join('/');
  const object = useEndpoint('object', { params: { group, kind, namespace, name } });
  if (object.data === undefined) return null;
  const { apiVersion, metadata, ...fields } = object.data.object;
  const { status: _status, kind: _kind, ...content } = fields;
  const copy = {
    apiVersion,
    kind,
    metadata: {
      name: `${metadata.name}-copy`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    },
    ...content,
  };
  return (
    <Button variant="primary" className="self-start" onClick={() => onBegin(splitDocuments(toYaml(copy)))}>
      {t('copyOf', { name: `${kind} ${metadata.name}` })}
    </Button>
  );
}
