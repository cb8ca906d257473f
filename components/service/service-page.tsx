'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { HealthLabel } from '@/components/ui/health-label';
import { PageHeader, Section } from '@/components/ui/page';
import { ErrorState, NoticeStrip, Skeleton, SkeletonRows } from '@/components/ui/states';
import { useWhyWords } from '@/components/ui/use-why-words';
import { Why } from '@/components/ui/why';
import { formatMs, formatPercent, formatRate } from '@/lib/format';
import { RoutingWords } from './routing-words';
import { CallersTable, VersionsTable } from './service-tables';

const RedCharts = dynamic(() => import('@/components/charts/red-charts').then((charts) => charts.RedCharts), {
  ssr: false,
  loading: () => <Skeleton className="mx-5 mb-4 h-48" />,
});

export interface ServicePageProps {
  namespace: string;
  name: string;
  /** The traffic editor: another room, put in by the page's route. */
  editor: ReactNode;
}

function Charts({ namespace, name }: { namespace: string; name: string }): ReactNode {
  const t = useTranslations('service');
  const common = useTranslations('common');
  const scope = useScope();
  const series = useEndpoint(
    'serviceSeries',
    { params: { namespace, name }, query: { duration: '15m', ...(scope.at === undefined ? {} : { at: scope.at }) } },
    { refreshMs: scope.refresh },
  );
  if (series.isError && !series.data)
    return <ErrorState {...series.error.body.error} retryLabel={common('retry')} onRetry={() => void series.refetch()} />;
  if (!series.data) return <Skeleton className="mx-5 mb-4 h-48" />;
  return (
    <>
      <NoticeStrip notices={series.data.notices} />
      <RedCharts
        data={series.data}
        words={{ rate: t('rate'), errors: t('errorChart'), duration: t('duration'), noTraffic: common('noTraffic') }}
      />
    </>
  );
}

/** One service: golden signals by version, who calls it, where it routes, and the editor that changes it. */
export function ServicePage({ namespace, name, editor }: ServicePageProps): ReactNode {
  const t = useTranslations('service');
  const common = useTranslations('common');
  const why = useWhyWords();
  const router = useRouter();
  const scope = useScope();
  const service = useEndpoint(
    'service',
    { params: { namespace, name }, query: { duration: scope.duration } },
    { refreshMs: scope.refresh },
  );
  const data = service.data;

  return (
    <>
      <PageHeader
        kind={`${t('kind')} · ${namespace}`}
        title={name}
        status={
          data && (
            <span className="num flex items-center gap-5 text-sm">
              <HealthLabel health={data.health} reasons={data.healthReasons} />
              <Why facts={data.queries['rps']} words={why}>
                {formatRate(data.rps)}
              </Why>
              <span>
                <span className="text-muted">{t('errors')} </span>
                <Why facts={data.queries['errorRatio']} words={why}>
                  {formatPercent(data.errorRatio)}
                </Why>
              </span>
              <span>
                <span className="text-muted">{t('p95')} </span>
                <Why facts={data.queries['p95Ms']} words={why}>
                  {formatMs(data.p95Ms)}
                </Why>
              </span>
            </span>
          )
        }
        actions={
          <>
            <Button onClick={() => router.push(scope.href(`/traces?service=${encodeURIComponent(`${name}.${namespace}`)}`))}>
              {t('openTraces')}
            </Button>
            <Button onClick={() => router.push(scope.href(`/graph?ns=${encodeURIComponent(namespace)}`))}>{t('openGraph')}</Button>
          </>
        }
      />
      <NoticeStrip notices={data?.notices ?? []} />
      {service.isError && !data ? (
        <ErrorState {...service.error.body.error} retryLabel={common('retry')} onRetry={() => void service.refetch()} />
      ) : !data ? (
        <SkeletonRows rows={10} label={common('loading')} />
      ) : (
        <div className="flex min-h-0 flex-1 max-lg:flex-col">
          <div className="relative min-w-0 flex-1 lg:overflow-y-auto">
            <Section title={t('overTime')}>
              <Charts namespace={namespace} name={name} />
            </Section>
            <Section title={t('versions')}>
              <VersionsTable service={data} />
            </Section>
            <Section title={t('callers')}>
              <CallersTable service={data} />
            </Section>
            <Section title={t('routes')}>
              <RoutingWords service={data} href={scope.href} />
            </Section>
          </div>
          <aside
            aria-label={t('traffic')}
            className="relative w-[400px] shrink-0 border-l border-line bg-panel max-lg:w-full lg:overflow-y-auto"
          >
            <h2 className="flex h-10 items-center border-b border-line px-4 text-base">{t('traffic')}</h2>
            {editor}
          </aside>
        </div>
      )}
    </>
  );
}
