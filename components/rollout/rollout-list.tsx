'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useRollouts } from '@/components/data/use-rollouts';
import { HealthMark } from '@/components/ui/health-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import { RolloutPanel } from './rollout-panel';
import { stateOf } from './step-weights';

const most = 5;

/** Shifts in steps, newest first: one line each, opened to the whole. Nothing where there never was one. */
export function RolloutList(): ReactNode {
  const t = useTranslations('rollout');
  const rollouts = useRollouts();
  const [open, setOpen] = useState<string>();
  const shown = rollouts.data?.rollouts.slice(0, most) ?? [];
  if (shown.length === 0) return null;
  return (
    <section aria-label={t('titles')} className="border-b border-line bg-panel">
      <h2 className="px-5 pt-2 text-sm text-muted">{t('titles')}</h2>
      <ul className="pb-1" data-testid="rollout-list">
        {shown.map((one) => {
          const status = stateOf(one);
          const health = one.active ? (status === 'paused' ? 'degraded' : 'idle') : status === 'completed' ? 'healthy' : 'failing';
          return (
            <li key={one.id}>
              <button
                type="button"
                aria-expanded={open === one.id}
                onClick={() => setOpen(open === one.id ? undefined : one.id)}
                className="flex h-8 w-full items-center gap-3 px-5 text-left text-sm hover:bg-hover"
              >
                <HealthMark health={health} size={11} />
                <span className="min-w-0 truncate font-[550]">{one.sentence.text}</span>
                <span className="shrink-0 text-muted">{t(`phases.${status}`)}</span>
                <span className="ml-auto shrink-0 text-muted">{one.by}</span>
                <RelativeTime at={Date.parse(one.at)} className="num w-24 shrink-0 text-right text-muted" />
              </button>
              {open === one.id && (
                <div className="max-w-2xl">
                  <RolloutPanel rollout={one} />
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
