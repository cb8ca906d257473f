'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { type ChangeDraft, ChangeFlow } from '@/components/change/change-flow';
import { Inspector } from '@/components/ui/inspector';
import type { Change } from '@/lib/contract';

/** A change that a page proposes: what it is called, what it is for, and what it writes. */
export interface Proposal {
  title: string;
  hint?: string;
  draft: ChangeDraft;
}

export interface Dock {
  /** Shows a proposal at the right, in place of the one before. */
  propose: (proposal: Proposal) => void;
  close: () => void;
  /** What is to be drawn right of the page's content; `null` while nothing is proposed. */
  panel: ReactNode;
}

/** The panel at the right in which a proposed change is previewed, applied and watched. */
export function useChangeDock(onApplied?: (change: Change) => void): Dock {
  const common = useTranslations('common');
  const [proposal, setProposal] = useState<Proposal>();
  const [applied, setApplied] = useState<{ change: Change; title: string }>();
  const close = (): void => {
    setProposal(undefined);
    setApplied(undefined);
  };
  const title = proposal?.title ?? applied?.title;
  return {
    propose: (next) => {
      setApplied(undefined);
      setProposal(next);
    },
    close,
    panel: title !== undefined && (
      <Inspector label={title} closeLabel={common('close')} title={title} onClose={close}>
        {proposal?.hint !== undefined && <p className="px-4 py-3 text-sm text-muted">{proposal.hint}</p>}
        {applied && <AppliedPanel key={applied.change.id} change={applied.change} onDone={close} />}
        <ChangeFlow
          draft={proposal?.draft}
          onApplied={(change) => {
            setApplied({ change, title: title });
            onApplied?.(change);
          }}
          onDiscard={() => setProposal(undefined)}
        />
      </Inspector>
    ),
  };
}
