'use client';

import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { useEndpoint } from '@/components/data/use-endpoint';
import { DraftEditor } from '@/components/editor';
import type { DraftOutcome } from '@/components/editor';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { PageHeader } from '@/components/ui/page';
import { ErrorState, SkeletonRows } from '@/components/ui/states';
import type { AnyObject, Change } from '@/lib/contract';

export interface EditObjectPageProps {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** An object as a draft: form and YAML above, preview and apply below. */
export function EditObjectPage(params: EditObjectPageProps): ReactNode {
  const t = useTranslations('editor');
  const common = useTranslations('common');
  const scope = useScope();
  const object = useEndpoint('object', { params: { ...params } });
  // The draft stands on the object as it was when it was begun; what is read meanwhile must not change under the hand.
  const [begun, setBegun] = useState<AnyObject>();
  const [round, setRound] = useState(0);
  const [outcome, setOutcome] = useState<DraftOutcome>();
  const [applied, setApplied] = useState<Change>();
  const base = begun ?? object.data?.object;
  const namespace = params.namespace === '-' ? '' : params.namespace;
  const reload = async (): Promise<void> => {
    const next = await object.refetch();
    setBegun(next.data?.object);
    setOutcome(undefined);
    setRound((before) => before + 1);
  };
  const back = scope.href(objectPath({ group: params.group, version: '', kind: params.kind, namespace, name: params.name }));
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHeader
        kind={t('editing', { kind: params.kind })}
        title={params.name}
        actions={
          <Link href={back} className="flex items-center gap-1 text-sm text-accent-text hover:underline">
            <ArrowLeft size={14} aria-hidden="true" />
            {t('back')}
          </Link>
        }
      />
      {base === undefined ? (
        object.isError ? (
          <ErrorState {...object.error.body.error} retryLabel={common('retry')} onRetry={() => void object.refetch()} />
        ) : (
          <SkeletonRows rows={12} label={common('loading')} />
        )
      ) : (
        <>
          <DraftEditor
            key={round}
            objects={[{ base }]}
            namespace={namespace === '' ? 'default' : namespace}
            onOutcome={(next) => {
              setBegun(base);
              setOutcome(next);
            }}
          />
          <div className="max-h-[45%] shrink-0 overflow-auto bg-panel">
            {applied && <AppliedPanel change={applied} onDone={() => setApplied(undefined)} />}
            <ChangeFlow draft={outcome?.draft} onApplied={setApplied} onDiscard={() => void reload()} />
          </div>
        </>
      )}
    </div>
  );
}
