'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { HealthLabel } from '@/components/ui/health-label';
import { Skeleton } from '@/components/ui/states';
import { useWhyWords } from '@/components/ui/use-why-words';
import { Why } from '@/components/ui/why';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { formatBytesRate, formatMs, formatNumber, formatPercent, formatRate } from '@/lib/format';
import { ActingConfig } from './acting-config';
import { EdgeTraces } from './edge-traces';
import { Fact, Facts, Group } from './facts';
import { nodeName } from './to-canvas';

const RedCharts = dynamic(() => import('@/components/charts/red-charts').then((charts) => charts.RedCharts), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-96" />,
});

/** Rows of a breakdown, largest first, as bars of their share. */
function Breakdown({ rows, total }: { rows: [name: ReactNode, key: string, value: number][]; total: number }): ReactNode {
  return rows
    .toSorted((one, other) => other[2] - one[2])
    .map(([name, key, value]) => (
      <Fact key={key} name={name}>
        {formatRate(value)} <span className="text-faint">{total > 0 ? formatPercent(value / total) : ''}</span>
      </Fact>
    ));
}

/** The last quarter of an hour of an edge. */
function EdgeHistory({ edge, refresh }: { edge: GraphEdge; refresh: number | false }): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const series = useEndpoint(
    'edgeSeries',
    { query: { source: edge.source, target: edge.target, protocol: edge.protocol, duration: '15m' } },
    { refreshMs: refresh && 15_000, keep: false },
  );
  if (!series.data) return <Skeleton className="m-4 h-96" />;
  return (
    <RedCharts
      data={series.data}
      stacked
      height={116}
      words={{ rate: common('rps'), errors: t('errors'), duration: 'p95', noTraffic: common('noTraffic') }}
    />
  );
}

export interface EdgePanelProps {
  edge: GraphEdge;
  source: GraphNode | undefined;
  target: GraphNode | undefined;
  graph: GraphResponse;
  refresh: number | false;
  href: (path: string) => string;
  /** How many edges this is the sum of; absent for one. */
  parts?: number;
}

/** Everything known of one edge. */
export function EdgePanel({ edge, source, target, graph, refresh, href, parts }: EdgePanelProps): ReactNode {
  const t = useTranslations('graph');
  const why = useWhyWords();
  const { queries } = graph;
  const flagText = (flag: string): string => {
    const known = [
      'UH',
      'UF',
      'UO',
      'NR',
      'URX',
      'NC',
      'DC',
      'UT',
      'LR',
      'UR',
      'UC',
      'DI',
      'FI',
      'RL',
      'UAEX',
      'DPE',
      'UPE',
      'SI',
    ] as const;
    const found = known.find((one) => one === flag);
    return t(`flag.${found ?? 'other'}`);
  };
  const rate = edge.rps ?? 0;
  return (
    <>
      <Facts>
        <Fact name={parts === undefined ? t('reporter', { reporter: edge.reporter }) : t('sumOf', { count: parts })}>
          <HealthLabel health={edge.health} reasons={edge.healthReasons} />
        </Fact>
        {edge.protocol === 'tcp' ? (
          <>
            <Fact name={t('sent')}>{formatBytesRate(edge.sentBytesPerSecond)}</Fact>
            <Fact name={t('received')}>{formatBytesRate(edge.receivedBytesPerSecond)}</Fact>
          </>
        ) : (
          <>
            <Fact name={t('rate')}>
              <Why facts={queries['rps']} words={why}>
                {formatRate(edge.rps)}
              </Why>
            </Fact>
            <Fact name={t('errors')}>
              <Why facts={queries['errorRatio']} words={why}>
                {formatPercent(edge.errorRatio)}
              </Why>
            </Fact>
            <Fact name={parts === undefined ? t('latency') : t('latencyWorst')}>
              <Why facts={queries['p95Ms']} words={why}>
                {[edge.p50Ms, edge.p95Ms, edge.p99Ms].map((value) => formatMs(value)).join(' / ')}
              </Why>
            </Fact>
            <Fact name={t('share')}>{formatPercent(edge.share)}</Fact>
          </>
        )}
        <Fact name={t('mtls')}>{edge.mtlsShare === null ? <span title={t('mtlsUnknown')}>–</span> : formatPercent(edge.mtlsShare)}</Fact>
        <Fact name={t('protocol')}>{edge.protocol}</Fact>
      </Facts>
      {Object.keys(edge.codes).length > 0 && (
        <Facts title={t('codes')}>
          <Breakdown rows={Object.entries(edge.codes).map(([code, value]) => [code, code, value])} total={rate} />
        </Facts>
      )}
      {Object.keys(edge.flags).length > 0 && (
        <Group title={t('flags')}>
          {Object.entries(edge.flags).map(([flags, value]) => (
            <div key={flags} className="border-b border-line py-1 text-sm last:border-b-0">
              <div className="flex justify-between gap-4">
                <span className="font-mono">{flags}</span>
                <span className="num">{formatRate(value)}</span>
              </div>
              {flags.split(',').map((flag) => (
                <p key={flag} className="text-xs text-muted">
                  {flagText(flag)}
                </p>
              ))}
            </div>
          ))}
        </Group>
      )}
      {Object.keys(edge.hosts).length > 1 && (
        <Facts title={t('hosts')}>
          <Breakdown rows={Object.entries(edge.hosts).map(([host, value]) => [host, host, value])} total={rate} />
        </Facts>
      )}
      {(edge.sourcePrincipal ?? edge.targetPrincipal) !== undefined && (
        <Facts title={t('principals')}>
          <Fact name={source ? nodeName(source) : '–'}>
            <span className="font-mono text-xs break-all">{edge.sourcePrincipal ?? '–'}</span>
          </Fact>
          <Fact name={target ? nodeName(target) : '–'}>
            <span className="font-mono text-xs break-all">{edge.targetPrincipal ?? '–'}</span>
          </Fact>
        </Facts>
      )}
      {parts === undefined && target?.services.map((service) => <ActingConfig key={service} service={service} href={href} />)}
      {parts === undefined && source && target && edge.protocol !== 'tcp' && <EdgeTraces source={source} target={target} href={href} />}
      {parts === undefined && edge.protocol !== 'tcp' && (
        <section className="py-3">
          <h3 className="mb-1 px-4 text-sm">{t('history')}</h3>
          <EdgeHistory edge={edge} refresh={refresh} />
        </section>
      )}
    </>
  );
}

/** One line of an edge in a list: the other end, rate, errors. */
export function EdgeRow({
  edge,
  other,
  onPick,
}: {
  edge: GraphEdge;
  other: GraphNode | undefined;
  onPick: (id: string) => void;
}): ReactNode {
  return (
    <button
      type="button"
      onClick={() => onPick(edge.id)}
      className="flex h-7 w-full items-center gap-2 rounded-sm px-1 text-sm hover:bg-hover"
    >
      <span className="min-w-0 flex-1 truncate text-left">
        {other ? nodeName(other) : edge.target}
        {other?.version !== undefined && <span className="text-faint"> {other.version}</span>}
      </span>
      <span className="num text-muted">
        {edge.protocol === 'tcp' ? formatBytesRate(edge.sentBytesPerSecond) : `${formatNumber(edge.rps)}/s`}
      </span>
      <span
        className={`num w-14 text-right ${edge.health === 'failing' ? 'text-failing-text' : edge.health === 'degraded' ? 'text-degraded-text' : 'text-muted'}`}
      >
        {formatPercent(edge.errorRatio)}
      </span>
    </button>
  );
}
