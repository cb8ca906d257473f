'use client';

import { SlidersHorizontal } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthLabel } from '@/components/ui/health-label';
import { useWhyWords } from '@/components/ui/use-why-words';
import { Why } from '@/components/ui/why';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { formatBytesRate, formatMs, formatMsList, formatNumber, formatPercent, formatRate } from '@/lib/format';
import { ActingConfig } from './acting-config';
import { CircuitFacts } from './circuit-facts';
import { EdgeTraces } from './edge-traces';
import { ExplainLink } from './explain-link';
import { Fact, Facts } from './facts';
import { ResponseTable } from './response-table';
import { SeriesCharts, type SeriesTime } from './series-charts';
import { nodeName, saidVersion } from './to-canvas';

export interface EdgePanelProps {
  edge: GraphEdge;
  source: GraphNode | undefined;
  target: GraphNode | undefined;
  graph: GraphResponse;
  time: SeriesTime;
  href: (path: string) => string;
  /** How many edges this is the sum of; absent for one. */
  parts?: number;
  /** Opens the traffic editor of a service, as a caller (`namespace/workload`) sees it. */
  onSteer?: (service: string, caller?: string) => void;
}

/** Everything known of one edge. */
export function EdgePanel({ edge, source, target, graph, time, href, parts, onSteer }: EdgePanelProps): ReactNode {
  const t = useTranslations('graph');
  const why = useWhyWords();
  const { queries } = graph;
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
                <span className="whitespace-nowrap">{formatMsList([edge.p50Ms, edge.p95Ms, edge.p99Ms])}</span>
              </Why>
            </Fact>
            <Fact name={t('average')}>
              <Why facts={queries['avgMs']} words={why}>
                {formatMs(edge.avgMs)}
              </Why>
            </Fact>
            <Fact name={t('share')}>{formatPercent(edge.share)}</Fact>
            {(edge.sentMessagesPerSecond ?? edge.receivedMessagesPerSecond) !== undefined && (
              <Fact name={t('messages')}>
                <Why facts={queries['messagesPerSecond']} words={why}>
                  {formatNumber(edge.sentMessagesPerSecond ?? null)}/s · {formatNumber(edge.receivedMessagesPerSecond ?? null)}/s
                </Why>
              </Fact>
            )}
            <Fact name={t('throughput')}>
              <Why facts={queries['requestBytesPerSecond']} words={why}>
                {formatBytesRate(edge.sentBytesPerSecond)} · {formatBytesRate(edge.receivedBytesPerSecond)}
              </Why>
            </Fact>
          </>
        )}
        <Fact name={t('mtls')}>{edge.mtlsShare === null ? <span title={t('mtlsUnknown')}>–</span> : formatPercent(edge.mtlsShare)}</Fact>
        <Fact name={t('protocol')}>{edge.protocol}</Fact>
      </Facts>
      {edge.circuit && <CircuitFacts circuit={edge.circuit} queries={queries} />}
      {onSteer && source && target && edge.protocol !== 'tcp' && <SteerButtons source={source} target={target} onSteer={onSteer} />}
      {edge.protocol !== 'tcp' && <ResponseTable edge={edge} />}
      {(edge.sourcePrincipal ?? edge.targetPrincipal) !== undefined && (
        <Facts title={t('principals')}>
          <Fact name={source ? nodeName(source) : '–'}>
            <Principal id={edge.sourcePrincipal} />
          </Fact>
          <Fact name={target ? nodeName(target) : '–'}>
            <Principal id={edge.targetPrincipal} />
          </Fact>
        </Facts>
      )}
      {parts === undefined && target?.services.map((service) => <ActingConfig key={service} service={service} href={href} />)}
      {parts === undefined && source?.workload !== undefined && target && edge.protocol !== 'tcp' && (
        <ExplainLink from={`${source.namespace}/${source.workload}`} to={target.services[0]} href={href} />
      )}
      {parts === undefined && source && target && edge.protocol !== 'tcp' && <EdgeTraces source={source} target={target} href={href} />}
      {parts === undefined && edge.protocol !== 'tcp' && (
        <SeriesCharts subject={{ kind: 'edge', source: edge.source, target: edge.target, protocol: edge.protocol }} time={time} />
      )}
    </>
  );
}

/** A SPIFFE id, which breaks between its segments and not within a name. */
function Principal({ id }: { id: string | undefined }): ReactNode {
  return (
    <span className="font-mono text-xs">
      {id?.split('/').map((segment, at) => (
        <Fragment key={at}>
          {at > 0 && '/'}
          {at > 0 && <wbr />}
          {segment}
        </Fragment>
      )) ?? '–'}
    </span>
  );
}

/** Opens the editor of each service the edge leads to, with the eyes of who calls. */
function SteerButtons({
  source,
  target,
  onSteer,
}: {
  source: GraphNode;
  target: GraphNode;
  onSteer: NonNullable<EdgePanelProps['onSteer']>;
}): ReactNode {
  const t = useTranslations('graph');
  const caller = source.workload === undefined ? undefined : `${source.namespace}/${source.workload}`;
  return target.services.map((service) => (
    <section key={service} className="flex items-center gap-2 border-b border-line px-4 py-2.5">
      <span className="min-w-0 flex-1 truncate font-[550]">{service}</span>
      <Button size="sm" icon={<SlidersHorizontal size={13} aria-hidden="true" />} onClick={() => onSteer(service, caller)}>
        {t('steerHere')}
      </Button>
    </section>
  ));
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
        {other && saidVersion(other) !== undefined && <span className="text-faint"> {saidVersion(other)}</span>}
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
