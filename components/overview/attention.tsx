'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from '@/components/shell/object-path';
import { useScope } from '@/components/shell/scope';
import { useHealthReasons } from '@/components/ui/health-label';
import { HealthMark } from '@/components/ui/health-mark';
import { Section } from '@/components/ui/page';
import { ErrorState, SkeletonRows } from '@/components/ui/states';
import type { HealthStatus } from '@/lib/contract';

const most = 8;

interface Trouble {
  key: string;
  href: string;
  health: HealthStatus;
  kind: string;
  name: string;
  why: string;
}

/** Failing first, then degraded; within each the services, whose requests fail now, before objects with findings. */
function worstFirst(left: Trouble, right: Trouble): number {
  return Number(right.health === 'failing') - Number(left.health === 'failing');
}

/** What is not well: services whose health is bad, and objects with errors or warnings, worst first. */
export function Attention(): ReactNode {
  const t = useTranslations('overview');
  const common = useTranslations('common');
  const found = useTranslations('configuration');
  const say = useHealthReasons();
  const scope = useScope();
  const namespaces = scope.namespaces.join(',');
  const services = useEndpoint('services', { query: { namespaces, duration: scope.duration } }, { refreshMs: scope.refresh });
  const objects = useEndpoint(
    'objects',
    { query: { namespaces, severities: 'error,warning', sort: 'findings', descending: 'true', limit: most } },
    { refreshMs: scope.refresh },
  );
  const failed = [services, objects].find((one) => one.isError && !one.data);
  if (failed?.error)
    return (
      <Section title={t('attention')}>
        <ErrorState {...failed.error.body.error} retryLabel={common('retry')} onRetry={() => void failed.refetch()} />
      </Section>
    );
  if (!services.data || !objects.data)
    return (
      <Section title={t('attention')}>
        <SkeletonRows rows={3} label={common('loading')} />
      </Section>
    );
  const unwell = services.data.services
    .filter((one) => one.health === 'failing' || one.health === 'degraded')
    .map((one): Trouble => ({
      key: `service ${one.namespace}/${one.name}`,
      href: `/services/${encodeURIComponent(one.namespace)}/${encodeURIComponent(one.name)}`,
      health: one.health,
      kind: t('service'),
      name: `${one.namespace}/${one.name}`,
      why: say(one.healthReasons).join(' '),
    }));
  const faulty = objects.data.objects.map(({ ref, findings }): Trouble => {
    const words = (['error', 'warning'] as const)
      .filter((one) => findings[one] > 0)
      .map((one) => found(`found.${one}`, { count: findings[one] }));
    return {
      key: `${ref.kind} ${ref.namespace}/${ref.name}`,
      href: objectPath(ref),
      health: findings.error > 0 ? 'failing' : 'degraded',
      kind: ref.kind,
      name: ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`,
      why: words.join(', '),
    };
  });
  const troubles = [...unwell, ...faulty].toSorted(worstFirst);
  const left = unwell.length + objects.data.total - Math.min(most, troubles.length);
  return (
    <Section title={t('attention')} aside={left > 0 ? t('attentionMore', { count: left }) : undefined}>
      {troubles.length === 0 ? (
        <p className="flex items-center gap-2 px-5 pb-4 text-sm text-muted">
          <HealthMark health="healthy" size={11} />
          {t('attentionNone')}
        </p>
      ) : (
        <ul className="pb-2" aria-label={t('attention')}>
          {troubles.slice(0, most).map((one) => (
            <li key={one.key}>
              <Link href={scope.href(one.href)} className="flex min-h-8 items-center gap-2.5 px-5 py-1 text-sm hover:bg-hover">
                <HealthMark health={one.health} size={11} label={common(one.health)} />
                <span className="shrink-0 font-[550]">{one.name}</span>
                <span className="shrink-0 text-xs text-faint">{one.kind}</span>
                <span className="ml-auto truncate pl-4 text-muted" title={one.why}>
                  {one.why}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
