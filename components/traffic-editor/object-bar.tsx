'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { TrafficCaller, TrafficResponse, TrafficRoute } from '@/lib/contract';
import { choiceOf, newChoice } from './use-traffic-draft';
import type { TrafficDraft } from './use-traffic-draft';

const shortName = (name: string): string => name.slice(name.indexOf('/') + 1);

/** Which object is edited, of which kind, and for whom it is in force. */
export function ObjectBar({
  draft,
  caller,
  locked,
  onChoose,
}: {
  draft: TrafficDraft;
  caller: TrafficCaller | undefined;
  /** A draft is begun: it stays with its object. */
  locked: boolean;
  onChoose: (choice: string) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const { base, choice, chosen } = draft;
  const gateways = new Set(base.callers.filter((one) => one.gateway).map((one) => `${one.namespace}/${one.workload}`));
  const inMesh = base.routes.some((one) => one.callers.some((name) => !gateways.has(name)));
  const canCreate = base.routes.length > 0 && !inMesh;
  const choices = [
    ...base.routes.map(
      (route) =>
        [
          choiceOf(route),
          `${route.ref.kind} ${route.ref.namespace === base.namespace ? '' : `${route.ref.namespace}/`}${route.ref.name}`,
        ] as const,
    ),
    ...(canCreate || base.routes.length === 0 ? [[newChoice, t('newForMesh')] as const] : []),
  ];
  return (
    <div className="border-b border-line px-4 py-2 text-sm" data-testid="traffic-object">
      {choices.length > 1 ? (
        <select
          aria-label={t('objects')}
          value={choice}
          disabled={locked}
          onChange={(event) => onChoose(event.target.value)}
          className="h-7 w-full rounded-sm border border-line-strong bg-panel px-1.5 disabled:opacity-60"
        >
          {choices.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <p>
          {chosen === undefined ? (
            <span className="text-muted">{t('objectNew', { name: draft.route.object.metadata.name })}</span>
          ) : (
            t('object', { kind: chosen.ref.kind, name: chosen.ref.name })
          )}
        </p>
      )}
      {chosen && <p className="text-xs text-muted">{<Force route={chosen} base={base} gateways={gateways} />}</p>}
      {chosen !== undefined && chosen.ref.kind !== 'VirtualService' && draft.route.rules.length > 1 && (
        <p className="text-xs text-faint">{t('gatewayOrder')}</p>
      )}
      {caller && <p className="mt-1 text-xs text-accent-text">{t('caller', { caller: caller.workload })}</p>}
    </div>
  );
}

/** For whom an object is in force. */
function Force({ route, base, gateways }: { route: TrafficRoute; base: TrafficResponse; gateways: ReadonlySet<string> }): ReactNode {
  const t = useTranslations('traffic');
  if (route.callers.length === 0) {
    return (
      <span className="text-degraded-text">
        {route.overruledBy.length > 0 ? t('notInForce', { names: route.overruledBy.join(', ') }) : t('notInForceAlone')}
      </span>
    );
  }
  const names = route.callers.map(shortName);
  if (route.callers.every((name) => gateways.has(name))) return t('forGateways', { names: names.join(', ') });
  const sidecars = base.callers.filter((one) => !one.gateway);
  const missing = sidecars.some((one) => !route.callers.includes(`${one.namespace}/${one.workload}`));
  return missing ? t('forSome', { names: names.slice(0, 4).join(', ') + (names.length > 4 ? ' …' : '') }) : t('forEveryone');
}
