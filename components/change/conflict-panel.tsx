'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import type { ConflictBody } from '@/lib/contract';
import { type Merged, MergePanel } from './merge-panel';

export interface ConflictPanelProps {
  conflict: ConflictBody;
  /** Both sides' changes put together, ready for a new preview. */
  onMerged: (merged: Merged) => void;
  onStartAgain: () => void;
  onTakeOver: () => void;
}

/** Someone else wrote or owns the object: never an overwrite, always a choice. */
export function ConflictPanel({ conflict, onMerged, onStartAgain, onTakeOver }: ConflictPanelProps): ReactNode {
  const t = useTranslations('change');
  return (
    <>
      <section role="alert" className="flex flex-col gap-2 border-b border-degraded bg-degraded-soft px-4 py-3 text-sm">
        {conflict.conflicts.length > 0 && <p className="font-[550] text-degraded-text">{t('conflict')}</p>}
        {conflict.owners.map((owner) => (
          <p key={`${owner.manager} ${owner.ref.kind} ${owner.ref.name}`}>
            {t('owned', { manager: owner.manager, fields: owner.fields.join(', '), name: `${owner.ref.kind} ${owner.ref.name}` })}
          </p>
        ))}
        <div className="flex gap-2">
          {conflict.owners.length > 0 && (
            <Button size="sm" variant="danger" onClick={onTakeOver}>
              {t('takeOver')}
            </Button>
          )}
          <Button size="sm" onClick={onStartAgain}>
            {t('takeTheirs')}
          </Button>
        </div>
      </section>
      {conflict.conflicts.length > 0 && <MergePanel conflicts={conflict.conflicts} onMerged={onMerged} />}
    </>
  );
}
