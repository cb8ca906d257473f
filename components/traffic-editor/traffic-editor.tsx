'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Button } from '@/components/ui/button';
import { ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { Change } from '@/lib/contract';
import { incompleteRules } from '@/lib/traffic';
import { ObjectBar } from './object-bar';
import { PolicyPanel } from './policy-panel';
import { RuleList } from './rule-list';
import type { FaultSeconds } from './rule-panels';
import { readShift } from './read-shift';
import type { DraftedShift } from './read-shift';
import { useTrafficDraft } from './use-traffic-draft';

export interface TrafficEditorProps {
  namespace: string;
  name: string;
  /** The workload whose requests are looked at, `namespace/workload`: rules for other callers are faint. */
  caller?: string | undefined;
  /** Another way to apply a draft that only shifts: put in beside Apply. */
  renderSteps?: (shift: DraftedShift) => ReactNode;
}

/** The rules and connections of one service: draft, preview, apply, watch it land, undo. */
export function TrafficEditor({ namespace, name, caller, renderSteps }: TrafficEditorProps): ReactNode {
  const common = useTranslations('common');
  const t = useTranslations('traffic');
  const words = useTranslations('change');
  const [applied, setApplied] = useState<Change>();
  const [faultFor, setFaultFor] = useState<FaultSeconds>(900);
  const traffic = useEndpoint(
    'serviceTraffic',
    { params: { namespace, name }, query: caller === undefined ? {} : { caller } },
    { refreshMs: 5_000 },
  );
  const { draft, choose, editRoute, editDestinationRule, discard } = useTrafficDraft(traffic.data);

  if (!draft) {
    if (traffic.isError)
      return <ErrorState {...traffic.error.body.error} retryLabel={common('retry')} onRetry={() => void traffic.refetch()} />;
    return <SkeletonRows rows={6} label={common('loading')} />;
  }
  const { base, change } = draft;
  const who = base.callers.find((one) => `${one.namespace}/${one.workload}` === caller);
  // What is observed goes on while a draft stands.
  const current = { ...draft, base: { ...base, versions: traffic.data?.versions ?? base.versions } };
  const shift = readShift(draft);
  return (
    <div className="flex flex-col" data-testid="traffic-editor">
      <NoticeStrip notices={traffic.data?.notices ?? []} />
      {applied && <AppliedPanel key={applied.id} change={applied} onDone={() => setApplied(undefined)} />}
      <ObjectBar draft={current} caller={who} locked={change !== undefined} onChoose={choose} />
      <RuleList key={draft.choice} draft={current} caller={who} faultFor={faultFor} onFaultFor={setFaultFor} onEdit={editRoute} />
      <PolicyPanel draft={current} onEdit={editDestinationRule} />
      {renderSteps && shift && renderSteps({ ...shift, onStarted: discard })}
      {incompleteRules(draft.route).size > 0 ? (
        <div className="sticky bottom-0 flex items-center gap-2 border-t border-line bg-panel px-4 py-2.5">
          <span className="flex-1 text-sm text-degraded-text">{t('incomplete')}</span>
          <Button variant="ghost" onClick={discard}>
            {words('discard')}
          </Button>
        </div>
      ) : (
        <ChangeFlow
          draft={change}
          faultSeconds={faultFor}
          onApplied={setApplied}
          onDiscard={({ reload }) => {
            discard();
            if (reload) void traffic.refetch();
          }}
        />
      )}
    </div>
  );
}
