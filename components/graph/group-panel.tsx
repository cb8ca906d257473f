'use client';

import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { GraphEdge, GraphNode, HealthStatus } from '@/lib/contract';
import { formatBytesRate, formatMs, formatPercent, formatRate } from '@/lib/format';
import { sumEdges } from '@/lib/graph-view';
import { EdgeRow } from './edge-panel';
import { Fact, Facts, Group } from './facts';
import { SeriesCharts, type SeriesSubject, type SeriesTime } from './series-charts';
import { nodeName, saidVersion } from './to-canvas';

export interface GroupPanelProps {
  /** What the panel is about: the members of a box, or all nodes. */
  members: readonly GraphNode[];
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  onPick: (id: string) => void;
  time: SeriesTime;
  /** Opens or closes the box; absent for the whole graph. */
  box?: { closed: boolean; onToggle: () => void };
}

/** So many workloads are asked for by name. */
const mostNamed = 60;

/** What reaches the members: by namespace when they are all of it, else by name within one namespace. */
function subjectOf(members: readonly GraphNode[], nodes: readonly GraphNode[]): SeriesSubject | undefined {
  const inside = new Set(members.map((node) => node.id));
  const workloads = members.filter((node) => node.workload !== undefined);
  const namespaces = [...new Set(workloads.map((node) => node.namespace))];
  if (namespaces.length === 0) return undefined;
  const whole = nodes.every((node) => node.workload === undefined || inside.has(node.id) || !namespaces.includes(node.namespace));
  if (whole) return { kind: 'group', namespaces: namespaces.join(',') };
  if (namespaces.length > 1 || workloads.length > mostNamed) return undefined;
  return { kind: 'group', namespaces: namespaces.join(','), workloads: workloads.map((node) => node.workload).join(',') };
}

const states: HealthStatus[] = ['failing', 'degraded', 'healthy', 'idle', 'unknown'];

/** What comes in, goes out and stays within a set of nodes: a box, or the whole graph. */
export function GroupPanel({ members, nodes, edges, onPick, time, box }: GroupPanelProps): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const { incoming, outgoing, within } = useMemo(() => {
    const inside = new Set(members.map((node) => node.id));
    return {
      incoming: edges.filter((edge) => !inside.has(edge.source) && inside.has(edge.target)),
      outgoing: edges.filter((edge) => inside.has(edge.source) && !inside.has(edge.target)),
      within: edges.filter((edge) => inside.has(edge.source) && inside.has(edge.target)),
    };
  }, [members, edges]);
  const traffic = (title: string, some: readonly GraphEdge[]): ReactNode => {
    const requests = sumEdges(some.filter((edge) => edge.protocol !== 'tcp'));
    const bytes = sumEdges(some.filter((edge) => edge.protocol === 'tcp'));
    if (requests === undefined && bytes === undefined) return null;
    return (
      <Facts title={title}>
        {requests !== undefined && (
          <>
            <Fact name={t('rate')}>{formatRate(requests.rps)}</Fact>
            <Fact name={t('errors')}>{formatPercent(requests.errorRatio)}</Fact>
            <Fact name={t('slowest')}>{formatMs(requests.p95Ms)}</Fact>
            <Fact name={t('mtls')}>{formatPercent(requests.mtlsShare)}</Fact>
          </>
        )}
        {bytes !== undefined && (
          <Fact name={t('bytes')}>{formatBytesRate((bytes.sentBytesPerSecond ?? 0) + (bytes.receivedBytesPerSecond ?? 0))}</Fact>
        )}
      </Facts>
    );
  };
  const subject = useMemo(() => subjectOf(members, nodes), [members, nodes]);
  const troubled = members
    .filter((node) => node.health === 'failing' || node.health === 'degraded')
    .toSorted((one, other) => (other.errorRatio ?? 0) - (one.errorRatio ?? 0));
  const busiest = (some: readonly GraphEdge[], end: 'source' | 'target'): ReactNode =>
    some
      .toSorted((one, other) => (other.rps ?? 0) - (one.rps ?? 0))
      .slice(0, 12)
      .map((edge) => <EdgeRow key={edge.id} edge={edge} other={byId.get(edge[end])} onPick={onPick} />);
  return (
    <>
      <section className="border-b border-line px-4 py-3">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {states.map((state) => {
            const count = members.filter((node) => node.health === state).length;
            return (
              count > 0 && (
                <li key={state} className="flex items-center gap-1.5">
                  <HealthMark health={state} size={11} />
                  <span className="num">{count}</span> <span className="text-muted">{common(state)}</span>
                </li>
              )
            );
          })}
        </ul>
        {box && (
          <Button size="sm" className="mt-3" onClick={box.onToggle}>
            {box.closed ? t('openBox') : t('closeBox')}
          </Button>
        )}
      </section>
      {traffic(box ? t('comesIn') : t('all'), box ? incoming : within)}
      {box && traffic(t('goesOut'), outgoing)}
      {box && traffic(t('staysWithin'), within)}
      {subject !== undefined && <SeriesCharts subject={subject} time={time} />}
      {troubled.length > 0 && (
        <Group title={t('troubled')}>
          {troubled.slice(0, 15).map((node) => (
            <button
              key={node.id}
              type="button"
              onClick={() => onPick(node.id)}
              className="flex h-7 w-full items-center gap-2 rounded-sm px-1 text-sm hover:bg-hover"
            >
              <HealthMark health={node.health} size={11} />
              <span className="min-w-0 flex-1 truncate text-left">
                {nodeName(node)} <span className="text-faint">{saidVersion(node)}</span>
              </span>
              <span className="num text-muted">{formatPercent(node.errorRatio)}</span>
            </button>
          ))}
        </Group>
      )}
      {box && incoming.length > 0 && <Group title={t('inbound')}>{busiest(incoming, 'source')}</Group>}
      {box && outgoing.length > 0 && <Group title={t('outbound')}>{busiest(outgoing, 'target')}</Group>}
    </>
  );
}
