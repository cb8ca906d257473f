'use client';

import clsx from 'clsx';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useShownPreview } from '@/components/change/shown-preview';
import type { EdgeMark } from '@/components/canvas/types';
import type { GraphResponse } from '@/lib/contract';
import { draftEdges } from './draft-edges';

/** The graph under the draft whose preview stands beside it. */
export interface DraftedGraph {
  graph: GraphResponse | undefined;
  /** By edge; `undefined`: there is no preview on the page. */
  marks: ReadonlyMap<string, EdgeMark> | undefined;
  after: boolean;
  onAfter: (after: boolean) => void;
}

/** Lays the preview on the page upon the graph: as it is with marks, or as it would be. */
export function useDraftedGraph(graph: GraphResponse | undefined): DraftedGraph {
  const previewed = useShownPreview();
  const [after, setAfter] = useState(true);
  const drafted = useMemo(
    () => (previewed === null || graph === undefined ? undefined : draftEdges(previewed, graph.nodes, graph.edges)),
    [previewed, graph],
  );
  const shown = useMemo(() => (drafted && graph && after ? { ...graph, edges: [...drafted.edges] } : graph), [drafted, graph, after]);
  return { graph: shown, marks: drafted?.marks, after, onAfter: setAfter };
}

const marks = ['gains', 'loses', 'breaks'] as const;
const tones = { gains: 'bg-accent', loses: 'bg-degraded', breaks: 'bg-failing' } as const;

/** Before or after: which picture of the draft is shown, and what the colours of its edges say. */
export function DraftBar({ drafted }: { drafted: DraftedGraph }): ReactNode {
  const t = useTranslations('graph');
  if (drafted.marks === undefined) return null;
  const counts = marks.map((mark) => [mark, [...(drafted.marks?.values() ?? [])].filter((one) => one === mark).length] as const);
  return (
    <div
      role="group"
      aria-label={t('draft')}
      data-testid="draft-bar"
      className="flex h-11 shrink-0 items-center gap-4 border-b border-l-2 border-line border-l-accent bg-accent-soft px-5 text-sm"
    >
      <span>{t('draft')}</span>
      <div className="flex h-7 items-center rounded-md border border-line-strong bg-panel p-0.5">
        {([false, true] as const).map((after) => (
          <button
            key={String(after)}
            type="button"
            aria-pressed={drafted.after === after}
            onClick={() => drafted.onAfter(after)}
            className={clsx(
              'h-full rounded-sm px-2.5',
              drafted.after === after ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text',
            )}
          >
            {t(after ? 'draftAfter' : 'draftBefore')}
          </button>
        ))}
      </div>
      {counts.every(([, count]) => count === 0) && <span className="text-muted">{t('draftMovesNothing')}</span>}
      {counts.map(([mark, count]) =>
        count === 0 ? null : (
          <span key={mark} className="num flex items-center gap-1.5 text-muted">
            <span aria-hidden="true" className={clsx('h-0.5 w-4', tones[mark])} />
            {t(`draftMark.${mark}`, { count })}
          </span>
        ),
      )}
    </div>
  );
}
