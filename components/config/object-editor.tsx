'use client';

import { type ReactNode, useState } from 'react';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { DraftEditor, type DraftOutcome, type DraftStart } from '@/components/editor';
import type { Change } from '@/lib/contract';

/** A draft of objects with its way into the mesh: form and YAML above, preview and apply below. */
export function ObjectEditor({
  objects,
  namespace,
  isFixed = false,
  onApplied,
  onReload,
}: {
  objects: readonly DraftStart[];
  namespace: string;
  /** Whether objects may be added and taken out. */
  isFixed?: boolean;
  onApplied?: (change: Change) => void;
  /** The draft is given up: begin again from what is in force. */
  onReload: () => void;
}): ReactNode {
  const [outcome, setOutcome] = useState<DraftOutcome>();
  const [applied, setApplied] = useState<Change>();
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {applied && <AppliedPanel key={applied.id} change={applied} onDone={() => setApplied(undefined)} />}
      <DraftEditor objects={objects} namespace={namespace} isFixed={isFixed} onOutcome={setOutcome} />
      <div className="max-h-[50vh] shrink-0 overflow-y-auto border-t border-line bg-panel">
        <ChangeFlow
          draft={outcome?.draft}
          onApplied={(change) => {
            setApplied(change);
            onApplied?.(change);
          }}
          onDiscard={onReload}
        />
      </div>
    </div>
  );
}
