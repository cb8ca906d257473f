'use client';

import { Focus, SlidersHorizontal } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthLabel } from '@/components/ui/health-label';
import { useWhyWords } from '@/components/ui/use-why-words';
import { Why } from '@/components/ui/why';
import type { GraphEdge, GraphNode, GraphResponse } from '@/lib/contract';
import { formatPercent, formatRate } from '@/lib/format';
import { CallersCircuits } from './circuit-facts';
import { EdgeRow } from './edge-panel';
import { ActingConfig } from './acting-config';
import { Fact, Facts, Group } from './facts';
import { NodeRemarks } from './node-remarks';
import { SeriesCharts, type SeriesSubject, type SeriesTime } from './series-charts';

export interface NodePanelProps {
  node: GraphNode;
  graph: GraphResponse;
  onPick: (id: string) => void;
  time: SeriesTime;
  href: (path: string) => string;
  /** Opens the traffic editor of a service, `namespace/name`. */
  onSteer: (service: string) => void;
  /** Shows only what is around the node. */
  onFocus: (id: string) => void;
}

function servicePath(service: string): string {
  const [namespace = '', name = ''] = service.split('/');
  return `/services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** What needs a word of explanation. */
function explanationOf(
  node: GraphNode,
): 'unknownExplained' | 'passthroughExplained' | 'blackholeExplained' | 'externalExplained' | undefined {
  if (node.kind === 'unknown') return 'unknownExplained';
  if (node.name === 'PassthroughCluster') return 'passthroughExplained';
  if (node.name === 'BlackHoleCluster') return 'blackholeExplained';
  return node.kind === 'external' ? 'externalExplained' : undefined;
}

/** What reaches the node, as charts can be asked for. */
function subjectOf(node: GraphNode): SeriesSubject | undefined {
  const { namespace, name } = node;
  if (node.kind === 'service') return { kind: 'service', namespace, name };
  if (node.rpsIn === null) return undefined;
  return node.workload === undefined ? undefined : { kind: 'workload', namespace, name: node.workload };
}

/** Everything known of one node. */
export function NodePanel({ node, graph, onPick, time, href, onSteer, onFocus }: NodePanelProps): ReactNode {
  const t = useTranslations('graph');
  const why = useWhyWords();
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const explained = explanationOf(node);
  const subject = subjectOf(node);
  const list = (edges: GraphEdge[], end: 'source' | 'target', none: string): ReactNode =>
    edges.length === 0 ? (
      <p className="text-sm text-faint">{none}</p>
    ) : (
      edges
        .toSorted((a, b) => (b.rps ?? 0) - (a.rps ?? 0))
        .map((edge) => <EdgeRow key={edge.id} edge={edge} other={byId.get(edge[end])} onPick={onPick} />)
    );
  return (
    <>
      <Facts>
        <Fact name={t(`kind.${node.kind}`)}>
          <HealthLabel health={node.health} reasons={node.healthReasons} />
        </Fact>
        {explained !== undefined && <p className="py-1 text-sm text-muted">{t(explained)}</p>}
        <Fact name={t('requestsIn')}>
          <Why facts={graph.queries['rps']} words={why}>
            {formatRate(node.rpsIn)}
          </Why>
        </Fact>
        <Fact name={t('requestsOut')}>{formatRate(node.rpsOut)}</Fact>
        <Fact name={t('errors')}>
          <Why facts={graph.queries['errorRatio']} words={why}>
            {formatPercent(node.errorRatio)}
          </Why>
        </Fact>
        {node.pods && (
          <Fact name={t('pods')}>
            <span className={node.pods.ready < node.pods.desired ? 'text-degraded-text' : undefined}>
              {t('podsReady', { ready: String(Math.min(node.pods.ready, node.pods.desired)), desired: String(node.pods.desired) })}
            </span>
          </Fact>
        )}
      </Facts>
      <div className="border-b border-line px-4 py-2.5">
        <Button size="sm" icon={<Focus size={13} aria-hidden="true" />} onClick={() => onFocus(node.id)}>
          {t('focus')}
        </Button>
      </div>
      {node.badges.length > 0 && (
        <ul className="flex flex-wrap gap-1 border-b border-line px-4 py-3">
          {node.badges.map((badge) => (
            <li
              key={badge}
              className={`rounded-sm border px-1.5 text-xs leading-5 ${badge === 'fault' || badge === 'missingSidecar' || badge === 'finding' || badge === 'circuitOpen' || badge === 'hostsEjected' ? 'border-degraded text-degraded-text' : 'border-line text-muted'}`}
            >
              {t(`badges.${badge}`)}
            </li>
          ))}
        </ul>
      )}
      <CallersCircuits node={node} graph={graph} onPick={onPick} />
      <NodeRemarks node={node} href={href} />
      {node.services.map((service) => (
        <section key={service} className="flex items-center gap-2 border-b border-line px-4 py-2.5">
          <Link
            href={href(servicePath(service))}
            className="min-w-0 flex-1 truncate font-[550] text-accent-text hover:underline"
            aria-label={`${t('openService')} ${service}`}
          >
            {service}
          </Link>
          <Button size="sm" icon={<SlidersHorizontal size={13} aria-hidden="true" />} onClick={() => onSteer(service)}>
            {t('steer')}
          </Button>
        </section>
      ))}
      {node.services.map((service) => (
        <ActingConfig key={service} service={service} href={href} />
      ))}
      {subject !== undefined && <SeriesCharts subject={subject} time={time} />}
      <Group title={t('inbound')}>
        {list(
          graph.edges.filter((edge) => edge.target === node.id),
          'source',
          t('nobodyCalls'),
        )}
      </Group>
      <Group title={t('outbound')}>
        {list(
          graph.edges.filter((edge) => edge.source === node.id),
          'target',
          t('callsNobody'),
        )}
      </Group>
    </>
  );
}
