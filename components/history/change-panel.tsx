'use client';

import { Undo2 } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ChangeFlow } from '@/components/change/change-flow';
import { type Merged, MergePanel } from '@/components/change/merge-panel';
import { useUndo } from '@/components/data/use-changes';
import { needsOfUndo, useDenial } from '@/components/data/use-denial';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { RelativeTime } from '@/components/ui/relative-time';
import { ErrorState, SkeletonRows } from '@/components/ui/states';
import { YamlDiff } from '@/components/ui/yaml-diff';
import type { Change, MergeConflict, PreviewResponse } from '@/lib/contract';

export type RenderPreview = (preview: PreviewResponse) => ReactNode;

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** Someone changed the objects after this change: what taking it back means is chosen field by field, previewed and applied. */
function UndoMerge({
  change,
  conflicts,
  onUndone,
}: {
  change: Change;
  conflicts: MergeConflict[];
  onUndone: (id: string) => void;
}): ReactNode {
  const t = useTranslations('history');
  const [merged, setMerged] = useState<Merged>();
  return (
    <>
      <p role="alert" className="border-b border-degraded bg-degraded-soft px-4 py-3 text-sm font-[550] text-degraded-text">
        {t('undoConflict')}
      </p>
      {merged === undefined ? (
        <MergePanel conflicts={conflicts} undo onMerged={setMerged} />
      ) : merged.objects.length + merged.deletes.length === 0 ? (
        <p className="px-4 py-3 text-sm text-muted">{t('mergeNothing')}</p>
      ) : (
        <ChangeFlow draft={merged} undoes={change.id} onApplied={(done) => onUndone(done.id)} onDiscard={() => setMerged(undefined)} />
      )}
    </>
  );
}

/** Taking a change back: what it would do first, then the button that does it. */
function UndoSection({
  change,
  renderPreview,
  onUndone,
}: {
  change: Change;
  renderPreview: RenderPreview;
  onUndone: (id: string) => void;
}): ReactNode {
  const t = useTranslations('history');
  const common = useTranslations('common');
  const [reason, setReason] = useState('');
  const plan = useEndpoint('undoPreview', { params: { id: change.id } }, { keep: false });
  const undo = useUndo();
  const denial = useDenial(needsOfUndo(change));
  if (plan.isError) return <ErrorState {...plan.error.body.error} retryLabel={common('retry')} onRetry={() => void plan.refetch()} />;
  if (!plan.data) return <SkeletonRows rows={4} label={common('loading')} />;
  if (plan.data.preview === null) return <UndoMerge change={change} conflicts={plan.data.conflicts} onUndone={onUndone} />;
  const run = (): void =>
    undo.mutate(
      { id: change.id, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) },
      { onSuccess: (done) => onUndone(done.change.id) },
    );
  return (
    <section aria-label={t('undoPreview')} className="border-b border-line bg-accent-soft">
      {renderPreview(plan.data.preview)}
      <div className="flex flex-col gap-2 px-4 pb-3">
        <label className="flex flex-col gap-1 text-sm">
          <span className="text-muted">{t('reason')}</span>
          <input
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="h-7 rounded-sm border border-line-strong bg-panel px-2"
          />
        </label>
        {denial !== undefined && <p className="text-sm text-degraded-text">{denial}</p>}
        <GuardedButton denial={denial} variant="primary" className="self-start" disabled={undo.isPending} onClick={run}>
          {undo.isPending ? t('undoing') : t('undoNow')}
        </GuardedButton>
      </div>
      {undo.isError && <ErrorState {...undo.error.body.error} retryLabel={common('retry')} onRetry={run} />}
    </section>
  );
}

export interface ChangePanelProps {
  change: Change;
  renderPreview: RenderPreview;
  onSelect: (id: string) => void;
}

/** One change: who, when, why, what it said, which proxies took it, the difference, and the way back. */
export function ChangePanel({ change, renderPreview, onSelect }: ChangePanelProps): ReactNode {
  const t = useTranslations('history');
  const scope = useScope();
  const [undoing, setUndoing] = useState(false);
  const { undoes, undoneBy } = change;
  return (
    <div className="flex flex-col">
      <section className="border-b border-line px-4 py-3">
        <ul className="mb-3 flex flex-col gap-1 text-sm">
          {change.sentences.map((one) => (
            <li key={one.text}>{one.text}</li>
          ))}
        </ul>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <Fact name={t('who')}>
            {change.by}
            {change.origin === 'observed' && <span className="ml-2 text-xs text-muted">{t('observed')}</span>}
          </Fact>
          <Fact name={t('when')}>
            <RelativeTime at={Date.parse(change.at)} />{' '}
            <span className="num text-xs text-faint">{change.at.slice(0, 19).replace('T', ' ')} UTC</span>
          </Fact>
          {change.reason !== undefined && <Fact name={t('why')}>{change.reason}</Fact>}
          <Fact name={t('status')}>
            {t(`statuses.${change.status}`)}
            {change.error !== undefined && <span className="block text-xs text-failing-text">{change.error}</span>}
          </Fact>
          {change.proxies !== undefined && (
            <Fact name={t('proxies')}>{t('proxiesHave', { have: String(change.proxies.have), total: String(change.proxies.total) })}</Fact>
          )}
          {change.faults !== undefined && (
            <Fact name={t('faultEnds')}>
              {change.faults.map((one) => (
                <span key={one.id} className="num block">
                  {one.expiresAt.slice(0, 19).replace('T', ' ')} UTC
                </span>
              ))}
            </Fact>
          )}
          {undoes !== undefined && (
            <Fact name={t('undoes')}>
              <button type="button" className="text-accent-text hover:underline" onClick={() => onSelect(undoes)}>
                {t('showChange')}
              </button>
            </Fact>
          )}
          {undoneBy !== undefined && (
            <Fact name={t('undoneBy')}>
              <button type="button" className="text-accent-text hover:underline" onClick={() => onSelect(undoneBy)}>
                {t('showChange')}
              </button>
            </Fact>
          )}
        </dl>
        {change.status === 'applied' && !undoing && (
          <Button className="mt-3" icon={<Undo2 size={14} aria-hidden="true" />} onClick={() => setUndoing(true)}>
            {t('undo')}
          </Button>
        )}
      </section>
      {undoing && change.status === 'applied' && <UndoSection change={change} renderPreview={renderPreview} onUndone={onSelect} />}
      {change.documents.map((document) => {
        const name = `${document.ref.kind} ${document.ref.namespace}/${document.ref.name}`;
        return (
          <section key={name} className="border-b border-line px-4 py-3">
            <h3 className="mb-1 flex items-baseline gap-2 text-sm">
              <Link href={scope.href(objectPath(document.ref))} className="hover:underline">
                {name}
              </Link>
              <span className="text-xs text-muted">{t(`actions.${document.action}`)}</span>
            </h3>
            <YamlDiff label={t('difference', { name })} before={document.before ?? ''} after={document.after ?? ''} />
          </section>
        );
      })}
    </div>
  );
}
