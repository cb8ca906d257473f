'use client';

import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { useEndpoint } from '@/components/data/use-endpoint';
import { ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { AnyObject, Change, TrafficResponse } from '@/lib/contract';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { type TrafficSettings, sameJson, writeTraffic } from '@/lib/kinds/virtual-service';
import { FaultPanel, type FaultSeconds, LimitsPanel } from './rule-panels';
import { SplitEditor, type SplitRow } from './split-editor';

/** The objects the settings make of what is in force. */
function draftObjects(traffic: TrafficResponse, settings: TrafficSettings): AnyObject[] {
  return writeTraffic(
    {
      service: { namespace: traffic.namespace, name: traffic.name },
      // The API passes objects through unchanged; their kinds' schemas were checked when they were stored.
      virtualService: traffic.virtualService as VirtualService | null,
      destinationRule: traffic.destinationRule as DestinationRule | null,
      versions: traffic.versions,
    },
    settings,
  ).map((object) => ({ ...object, metadata: { ...object.metadata } }));
}

function bases(traffic: TrafficResponse): AnyObject[] {
  return [traffic.virtualService, traffic.destinationRule].filter((one): one is AnyObject => one !== null);
}

/** Split, faults, timeout and retries of one service: draft, preview, apply, watch it land, undo. */
export function TrafficEditor({ namespace, name }: { namespace: string; name: string }): ReactNode {
  const t = useTranslations('traffic');
  const common = useTranslations('common');
  const [draft, setDraft] = useState<{ base: TrafficResponse; settings: TrafficSettings }>();
  const [applied, setApplied] = useState<Change>();
  const [faultFor, setFaultFor] = useState<FaultSeconds>(900);
  const traffic = useEndpoint('serviceTraffic', { params: { namespace, name } }, { refreshMs: 5_000 });

  // A draft stands on the version it was begun from: what arrives meanwhile does not shift it.
  const base = draft?.base ?? traffic.data;
  const settings = draft?.settings ?? base?.settings;
  const rows = useMemo<SplitRow[]>(
    () =>
      (settings?.destinations ?? []).map((destination) => ({
        name: destination.version ?? destination.subset ?? destination.host,
        weight: destination.weight,
        observed: traffic.data?.observed.find(
          (one) => one.subset === destination.subset && (one.version === destination.version || destination.version === null),
        ),
      })),
    [settings, traffic.data],
  );
  const change = useMemo(
    () => (draft === undefined ? undefined : { objects: draftObjects(draft.base, draft.settings), bases: bases(draft.base) }),
    [draft],
  );

  if (!base || !settings) {
    if (traffic.isError)
      return <ErrorState {...traffic.error.body.error} retryLabel={common('retry')} onRetry={() => void traffic.refetch()} />;
    return <SkeletonRows rows={6} label={common('loading')} />;
  }

  const edit = (patch: Partial<TrafficSettings>): void => {
    const next = { ...settings, ...patch };
    setDraft(sameJson(next, base.settings) ? undefined : { base, settings: next });
  };
  const say = t as unknown as (key: string, values: Record<string, string | number>) => string;

  return (
    <div className="flex flex-col" data-testid="traffic-editor">
      <NoticeStrip notices={traffic.data?.notices ?? []} />
      {applied && <AppliedPanel key={applied.id} change={applied} onDone={() => setApplied(undefined)} />}
      {!base.editable && (
        <p className="border-b border-line px-4 py-3 text-sm text-degraded-text">
          {t('notEditable')} {base.whyNot && say(base.whyNot.code, base.whyNot.values)}
        </p>
      )}
      <section className="border-b border-line px-4 py-3" aria-label={t('split')}>
        <div className="mb-2 flex items-baseline justify-between gap-3">
          <h3 className="text-sm">{t('split')}</h3>
          {draft ? (
            <span className="text-xs text-accent-text">{t('draft')}</span>
          ) : (
            rows.length > 1 && <span className="text-xs text-faint">{t('splitHint')}</span>
          )}
        </div>
        {rows.length < 2 && <p className="text-sm text-muted">{t('nothingToSplit')}</p>}
        {rows.length > 1 && (
          <SplitEditor
            rows={rows}
            before={base.settings.destinations.map((one) => one.weight)}
            disabled={!base.editable}
            onChange={(weights) =>
              edit({ destinations: settings.destinations.map((one, at) => ({ ...one, weight: weights[at] ?? one.weight })) })
            }
          />
        )}
        {rows.length > 1 && !base.settings.configured && <p className="mt-1 text-xs text-muted">{t('notConfigured')}</p>}
        {settings.conditioned.length > 0 && (
          <p className="mt-1 text-xs text-muted">{t('conditioned', { count: settings.conditioned.length })}</p>
        )}
      </section>
      <fieldset disabled={!base.editable} className="contents">
        <FaultPanel
          fault={settings.fault}
          onChange={(fault) => edit({ fault })}
          changed={!sameJson(settings.fault, base.settings.fault)}
          seconds={faultFor}
          onSeconds={setFaultFor}
        />
        <LimitsPanel
          timeoutMs={settings.timeoutMs}
          retries={settings.retries}
          onTimeout={(timeoutMs) => edit({ timeoutMs })}
          onRetries={(retries) => edit({ retries })}
          changed={settings.timeoutMs !== base.settings.timeoutMs || !sameJson(settings.retries, base.settings.retries)}
        />
      </fieldset>
      <ChangeFlow
        draft={change}
        faultSeconds={faultFor}
        onApplied={setApplied}
        onDiscard={({ reload }) => {
          setDraft(undefined);
          if (reload) void traffic.refetch();
        }}
      />
    </div>
  );
}
