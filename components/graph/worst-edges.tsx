'use client';

import { ChevronDown } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import { useStored } from '@/components/ui/use-stored';
import type { GraphEdge, GraphNode } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { nodeTitle } from './to-canvas';

/** The worst edges, named before the eye has to search: at most five, only those with errors. */
export function WorstEdges({
  nodes,
  edges,
  onPick,
}: {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  onPick: (id: string) => void;
}): ReactNode {
  const t = useTranslations('graph');
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const worst = useMemo(
    () =>
      edges
        // One that recovers is still called degraded for a while, and has none.
        .filter((edge) => (edge.health === 'failing' || edge.health === 'degraded') && (edge.errorRatio ?? 0) > 0)
        .toSorted((one, other) => (other.errorRatio ?? 0) * (other.rps ?? 0) - (one.errorRatio ?? 0) * (one.rps ?? 0))
        .slice(0, 5),
    [edges],
  );
  const name = (id: string): string => {
    const node = byId.get(id);
    return node ? nodeTitle(node) : id;
  };
  const [open, setOpen] = useStored('heddle.worst', 'open');
  if (worst.length === 0) return null;
  return (
    <section
      aria-label={t('worst')}
      className="absolute bottom-3 left-3 max-w-96 rounded-md border border-line-strong bg-float p-1.5 shadow-float"
    >
      <h2 className="text-xs text-muted">
        <button
          type="button"
          aria-expanded={open === 'open'}
          onClick={() => setOpen(open === 'open' ? 'closed' : 'open')}
          className="flex h-5 w-full items-center gap-1.5 rounded-sm px-1.5 text-left hover:bg-hover"
        >
          <ChevronDown size={12} aria-hidden="true" className={open === 'open' ? undefined : '-rotate-90'} />
          {t('worst')}
          <span className="num ml-auto">{open === 'open' ? '' : worst.length}</span>
        </button>
      </h2>
      <ul hidden={open !== 'open'}>
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
