'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApply, usePreview } from '@/components/data/use-changes';
import { needsOfDraft, useDenial } from '@/components/data/use-denial';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { ErrorState } from '@/components/ui/states';
import type { AnyObject, Change, ConflictBody, Deletion, ObjectRef } from '@/lib/contract';
import { ConflictPanel } from './conflict-panel';
import type { Merged } from './merge-panel';
import { type OwnerChoice, OwnersChoice } from './owners-choice';
import { PreviewPanel } from './preview-panel';
import { useShowPreview } from './shown-preview';

/** What a draft writes, and what it was made from. */
export interface ChangeDraft {
  objects: AnyObject[];
  deletes?: Deletion[];
  /** The objects as they were when the draft was begun: the third side of a merge. */
  bases: AnyObject[];
}

export interface ChangeFlowProps {
  /** The present draft; `undefined` when nothing is changed: then only what went before is shown. Keep its identity while it stays the same. */
  draft: ChangeDraft | undefined;
  /** How long faults that the draft sets stay. */
  faultSeconds?: number;
  /** The change that the draft takes back. */
  undoes?: string;
  onApplied: (change: Change) => void;
  /** The draft is given up; `reload`: for what is in force by now. */
  onDiscard: (options: { reload: boolean }) => void;
}

/** What is looked at: the draft, or what a merge made of it. */
interface Looked {
  at: ChangeDraft;
  objects: AnyObject[];
  deletes: Deletion[];
  bases: AnyObject[];
}

function isRef(object: AnyObject, ref: ObjectRef): boolean {
  return object.kind === ref.kind && object.metadata.name === ref.name && (object.metadata.namespace ?? '') === ref.namespace;
}

/** The looked-at draft with the merged objects in the place of those that conflicted. */
function replaceMerged({ at, objects, deletes, bases }: Looked, refs: readonly ObjectRef[], merged: Merged): Looked {
  const others = <Item extends AnyObject>(list: readonly Item[]): Item[] => list.filter((one) => !refs.some((ref) => isRef(one, ref)));
  return {
    at,
    objects: [...others(objects), ...merged.objects],
    deletes: [
      ...deletes.filter((one) => !refs.some((ref) => ref.kind === one.kind && ref.name === one.name && ref.namespace === one.namespace)),
      ...merged.deletes,
    ],
    bases: [...others(bases), ...merged.bases],
  };
}

/** Preview, reason, apply, conflict: the one way by which anything is written. Write it below the controls that make the draft. */
export function ChangeFlow({ draft, faultSeconds, undoes, onApplied, onDiscard }: ChangeFlowProps): ReactNode {
  const t = useTranslations('change');
  const common = useTranslations('common');
  const [looked, setLooked] = useState<Looked>();
  const [choice, setChoice] = useState<OwnerChoice>();
  const [reason, setReason] = useState('');
  const preview = usePreview();
  const apply = useApply();
  // What was previewed counts for that draft alone.
  const current = looked !== undefined && looked.at === draft;
  const conflict = current && apply.error?.status === 409 ? (apply.error.body as ConflictBody) : undefined;

  const look = (next: Looked): void => {
    setLooked(next);
    setChoice(undefined);
    apply.reset();
    preview.mutate({ objects: next.objects, deletes: next.deletes });
  };
  const begin = (at: ChangeDraft): void => look({ at, objects: at.objects, deletes: at.deletes ?? [], bases: at.bases });
  const give = (reload: boolean): void => {
    setLooked(undefined);
    setReason('');
    preview.reset();
    apply.reset();
    onDiscard({ reload });
  };
  const write = (takeOver: boolean): void => {
    if (!current) return;
    const said = reason.trim();
    apply.mutate(
      {
        objects: looked.objects,
        deletes: looked.deletes,
        bases: looked.bases,
        takeOver,
        ...(undoes === undefined ? {} : { undoes }),
        ...(faultSeconds === undefined ? {} : { faultSeconds }),
        ...(said === '' ? {} : { reason: said }),
      },
      {
        onSuccess: ({ change }) => {
          onApplied(change);
          give(false);
        },
      },
    );
  };
  const shown = current ? preview.data : undefined;
  const denial = useDenial(draft === undefined ? [] : needsOfDraft(current ? looked : draft));
  useShowPreview(shown?.changes ?? null);
  // What was asked for may be below the fold of a long panel: nobody applies what is out of sight.
  const seen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown !== undefined) seen.current?.scrollIntoView({ block: 'start' });
  }, [shown]);
  if (draft === undefined) return null;
  const owned = (shown?.guards.owners.length ?? 0) > 0;
  const needsReason = (shown?.guards.reasonNeeded.length ?? 0) > 0;

  return (
    <>
      {conflict && (
        <ConflictPanel
          conflict={conflict}
          onMerged={(merged) =>
            looked &&
            look(
              replaceMerged(
                looked,
                conflict.conflicts.map((one) => one.ref),
                merged,
              ),
            )
          }
          onStartAgain={() => give(true)}
          onTakeOver={() => write(true)}
        />
      )}
      {current && apply.isError && !conflict && (
        <ErrorState {...apply.error.body.error} retryLabel={common('retry')} onRetry={() => write(choice === 'takeOver')} />
      )}
      {current && preview.isError && <ErrorState {...preview.error.body.error} retryLabel={common('retry')} onRetry={() => look(looked)} />}
      {shown && (
        <div ref={seen} className="scroll-mt-2">
          <PreviewPanel preview={shown} {...(looked && { draft: { objects: looked.objects, deletes: looked.deletes } })} />
        </div>
      )}
      {shown && owned && <OwnersChoice preview={shown} choice={choice} onChoose={setChoice} onLeave={() => give(false)} />}
      {needsReason && (
        <label className="flex flex-col gap-1 px-4 pb-3 text-sm">
          <span className="text-degraded-text">
            {t('reasonNeeded')} {shown?.guards.reasonNeeded.map((one) => one.text).join(' ')}
          </span>
          <textarea
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            aria-label={t('reason')}
            rows={2}
            className="rounded-sm border border-line-strong bg-panel px-2 py-1"
          />
        </label>
      )}
      <div className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-panel px-4 py-2.5">
        {denial !== undefined && (
          <p className="w-full text-sm text-degraded-text" data-testid="denial">
            {denial}
          </p>
        )}
        {shown ? (
          <GuardedButton
            denial={denial}
            variant="primary"
            disabled={apply.isPending || (needsReason && reason.trim() === '') || (owned && choice !== 'takeOver')}
            onClick={() => write(choice === 'takeOver')}
          >
            {apply.isPending ? t('applying') : t('apply')}
          </GuardedButton>
        ) : (
          <Button variant="primary" disabled={current && preview.isPending} onClick={() => begin(draft)}>
            {current && preview.isPending ? t('previewing') : t('preview')}
          </Button>
        )}
        <Button variant="ghost" onClick={() => give(false)}>
          {t('discard')}
        </Button>
      </div>
    </>
  );
}
