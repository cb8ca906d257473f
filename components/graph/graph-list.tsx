'use client';

import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { GraphEdge, GraphNode } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { nodeTitle } from './to-canvas';

export interface GraphListProps {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  selected: string | undefined;
  onPick: (id: string) => void;
}

/** So many of each are in the page at once; the field narrows, the button shows more. */
const page = 40;

/** The same graph as text, for the keyboard and for screen readers: every node and edge is a button that opens its details. */
export function GraphList({ nodes, edges, selected, onPick }: GraphListProps): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(page);
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const name = (id: string): string => {
    const node = byId.get(id);
    return node ? nodeTitle(node) : id;
  };
  const nodeText = (node: GraphNode): string => `${name(node.id)}, ${node.namespace}, ${common(node.health)}`;
  const edgeText = (edge: GraphEdge): string =>
    `${t('edgeText', { source: name(edge.source), target: name(edge.target), protocol: edge.protocol })}, ${common(edge.health)}${edge.errorRatio === null ? '' : `, ${t('errors')} ${formatPercent(edge.errorRatio)}`}`;
  const wanted = filter.trim().toLowerCase();
  /** The first that match. Texts of thousands are only made when they are searched. */
  const pick = <Item extends { id: string }>(
    items: readonly Item[],
    textOf: (item: Item) => string,
  ): { rows: [string, string][]; more: boolean } => {
    const rows: [string, string][] = [];
    for (const item of items) {
      const text = textOf(item);
      if (wanted !== '' && !text.toLowerCase().includes(wanted)) continue;
      if (rows.length === shown) return { rows, more: true };
      rows.push([item.id, text]);
    }
    return { rows, more: false };
  };
  const nodeRows = pick(nodes, nodeText);
  const edgeRows = pick(edges, edgeText);
  const list = (rows: [string, string][]): ReactNode => (
    <ul>
      {rows.map(([id, text]) => (
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
      ))}
    </ul>
  );
  return (
    <section
      aria-label={t('list')}
      className="absolute top-3 left-3 z-10 max-h-[70%] w-96 overflow-y-auto rounded-md border border-line-strong bg-float p-2 shadow-float not-focus-within:sr-only"
    >
      <input
        type="search"
        aria-label={t('listFilter')}
        placeholder={t('listFilter')}
        value={filter}
        onChange={(event) => {
          setFilter(event.target.value);
          setShown(page);
        }}
        className="mb-1 h-7 w-full rounded-sm border border-line-strong bg-panel px-2 text-sm"
      />
      <h2 className="px-2 text-xs text-muted">{t('nodes')}</h2>
      {list(nodeRows.rows)}
      <h2 className="px-2 pt-2 text-xs text-muted">{t('edges')}</h2>
      {list(edgeRows.rows)}
      {(nodeRows.more || edgeRows.more) && (
        <button
          type="button"
          onClick={() => setShown(shown + 5 * page)}
          className="block w-full rounded-sm px-2 py-1 text-left text-sm text-accent-text hover:bg-hover"
        >
          {t('listMore')}
        </button>
      )}
    </section>
  );
}
