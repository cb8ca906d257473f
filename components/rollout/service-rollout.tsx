'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useRollouts } from '@/components/data/use-rollouts';
import { RolloutPanel } from './rollout-panel';

/** An outcome stays in sight for so long. */
const recentMs = 15 * 60_000;

/** The shift of a service that is under way, or has just ended. */
export function ServiceRollout({ namespace, name }: { namespace: string; name: string }): ReactNode {
  const t = useTranslations('rollout');
  const rollouts = useRollouts();
  const [closed, setClosed] = useState<string>();
  const own = rollouts.data?.rollouts.find((one) => one.service.namespace === namespace && one.service.name === name);
  if (own === undefined || own.id === closed) return null;
  const last = own.state.log.at(-1)?.at ?? 0;
  if (!own.active && Date.parse(rollouts.data?.at ?? '') - last > recentMs) return null;
  return (
    <>
      <RolloutPanel key={own.id} rollout={own} onClose={() => setClosed(own.id)} />
      {own.active && <p className="border-b border-line px-4 py-2 text-xs text-muted">{t('underWay')}</p>}
    </>
  );
}
