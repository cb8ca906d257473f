'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import type { GraphResponse } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { nodeName } from './to-canvas';

/** The worst edges, named before the eye has to search: at most five, only those with errors. */
export function WorstEdges({ graph, onPick }: { graph: GraphResponse; onPick: (id: string) => void }): ReactNode {
  const t = useTranslations('graph');
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const name = (id: string): string => {
    const node = byId.get(id);
    return node ? `${nodeName(node)}${node.version === undefined ? '' : ` ${node.version}`}` : id;
  };
  const worst = graph.edges
    .filter((edge) => edge.health === 'failing' || edge.health === 'degraded')
    .toSorted((one, other) => (other.errorRatio ?? 0) * (other.rps ?? 0) - (one.errorRatio ?? 0) * (one.rps ?? 0))
    .slice(0, 5);
  if (worst.length === 0) return null;
  return (
    <section
      aria-label={t('worst')}
      className="absolute bottom-3 left-3 max-w-96 rounded-md border border-line-strong bg-float p-1.5 shadow-float"
    >
      <h2 className="px-1.5 pb-0.5 text-xs text-muted">{t('worst')}</h2>
      <ul>
        {worst.map((edge) => (
          <li key={edge.id}>
            <button
              type="button"
              onClick={() => onPick(edge.id)}
              className="flex h-7 w-full items-center gap-2 rounded-sm px-1.5 text-sm hover:bg-hover"
            >
              <HealthMark health={edge.health} size={11} />
              <span className="min-w-0 truncate">
                {name(edge.source)} → {name(edge.target)}
              </span>
              <span className="num ml-auto pl-3 text-failing-text">{formatPercent(edge.errorRatio)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The same graph as text, for the keyboard and for screen readers: every node and edge is a button that opens its details. */
export function GraphAsList({
  graph,
  selected,
  onPick,
}: {
  graph: GraphResponse;
  selected: string | undefined;
  onPick: (id: string) => void;
}): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const name = (id: string): string => {
    const node = byId.get(id);
    return node ? `${nodeName(node)}${node.version === undefined ? '' : ` ${node.version}`}` : id;
  };
  const item = (id: string, text: string): ReactNode => (
    <li key={id}>
      <button
        type="button"
        aria-pressed={selected === id}
        onClick={() => onPick(id)}
        className="block w-full rounded-sm px-2 py-1 text-left text-sm hover:bg-hover"
      >
        {text}
      </button>
    </li>
  );
  return (
    <section
      aria-label={t('list')}
      className="absolute top-3 left-3 z-10 max-h-[70%] w-96 overflow-y-auto rounded-md border border-line-strong bg-float p-2 shadow-float not-focus-within:sr-only"
    >
      <h2 className="px-2 text-xs text-muted">{t('nodes')}</h2>
      <ul>{graph.nodes.map((node) => item(node.id, `${name(node.id)}, ${node.namespace}, ${common(node.health)}`))}</ul>
      <h2 className="px-2 pt-2 text-xs text-muted">{t('edges')}</h2>
      <ul>
        {graph.edges.map((edge) =>
          item(
            edge.id,
            `${t('edgeText', { source: name(edge.source), target: name(edge.target), protocol: edge.protocol })}, ${common(edge.health)}${edge.errorRatio === null ? '' : `, ${t('errors')} ${formatPercent(edge.errorRatio)}`}`,
          ),
        )}
      </ul>
    </section>
  );
}
