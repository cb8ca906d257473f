'use client';

import { AlertTriangle, CircleX } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { RelativeTime } from '@/components/ui/relative-time';
import type { GraphNode } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { Group } from './facts';

/** What is asked of a service's split against what is seen, at one workload. */
function Splits({ splits }: { splits: NonNullable<GraphNode['splits']> }): ReactNode {
  const t = useTranslations('graph');
  return (
    <Group title={t('split')}>
      {splits.map(({ service, configured, observed }) => (
        <div key={service} className="py-1 text-sm">
          <div className="flex justify-between gap-4">
            <span className="truncate text-muted">{service}</span>
            <span className="num">
              {t('splitNumbers', { configured: formatPercent(configured / 100), observed: formatPercent(observed) })}
            </span>
          </div>
          <div aria-hidden="true" className="relative mt-1 h-1.5 rounded-full bg-inset">
            <div className="h-full rounded-full bg-accent" style={{ width: `${Math.min(100, (observed ?? 0) * 100)}%` }} />
            <div className="absolute -top-0.5 h-2.5 w-0.5 bg-text" style={{ left: `calc(${Math.min(100, configured)}% - 1px)` }} />
          </div>
        </div>
      ))}
    </Group>
  );
}

/** Splits, rollout, findings and changes: what the configuration says of a node. */
export function NodeRemarks({ node, href }: { node: GraphNode; href: (path: string) => string }): ReactNode {
  const t = useTranslations('graph');
  const { splits = [], findings = [], changes = [], rollout, update } = node;
  return (
    <>
      {rollout !== undefined && (
        <Group title={t('rollout')}>
          <p className="text-sm">
            {t('rolloutAt', { status: t(`rolloutStatus.${rollout.status}`), weight: formatPercent(rollout.weight / 100) })}
          </p>
        </Group>
      )}
      {update !== undefined && (
        <Group title={t('update')}>
          <p className="text-sm">
            {t('updateAt', { updated: String(update.updated), ready: String(update.ready), desired: String(update.desired) })}
          </p>
        </Group>
      )}
      {splits.length > 0 && <Splits splits={splits} />}
      {findings.length > 0 && (
        <Group title={t('findings')}>
          {findings.map(({ code, severity, object, message }) => (
            <div key={`${code} ${object}`} className="flex gap-2 py-1 text-sm">
              {severity === 'error' ? (
                <CircleX size={14} className="mt-0.5 shrink-0 text-failing-text" aria-label={t('severity.error')} />
              ) : (
                <AlertTriangle size={14} className="mt-0.5 shrink-0 text-degraded-text" aria-label={t('severity.warning')} />
              )}
              <p className="min-w-0">
                {message}
                <span className="block text-xs text-faint">
                  {code} · {object}
                </span>
              </p>
            </div>
          ))}
        </Group>
      )}
      {changes.length > 0 && (
        <Group title={t('changes')}>
          {changes.map(({ id, at, text }) => (
            <Link
              key={id}
              href={href(`/history?sel=${encodeURIComponent(id)}`)}
              className="block rounded-sm px-1 py-1 text-sm hover:bg-hover"
            >
              {text} <RelativeTime at={Date.parse(at)} />
            </Link>
          ))}
        </Group>
      )}
    </>
  );
}
