'use client';

import { Download, Info, LayoutDashboard, Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { useTranslations } from 'use-intl';
import type { GraphCanvasHandle } from '@/components/canvas/graph-canvas';
import { Button } from '@/components/ui/button';
import { Toggle } from '@/components/ui/field';
import { Popover, Tooltip } from '@/components/ui/floating';
import type { GraphResponse, GraphType } from '@/lib/contract';
import { type EdgeLabel, edgeLabels } from './to-canvas';

export const graphTypes = ['workload', 'app', 'versionedApp', 'service'] as const satisfies readonly GraphType[];

/** One click away; the others are two. */
const frequentLabels: readonly EdgeLabel[] = ['rate', 'errors', 'p95', 'share'];

export interface GraphToolbarProps {
  type: GraphType;
  onType: (type: GraphType) => void;
  labels: ReadonlySet<EdgeLabel>;
  onLabels: (labels: Set<EdgeLabel>) => void;
  canvas: RefObject<GraphCanvasHandle | null>;
  graph: GraphResponse | undefined;
  onSummary: () => void;
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Firefox reads the link after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Graph type, labels of edges, and what moves or keeps the view. */
export function GraphToolbar({ type, onType, labels, onLabels, canvas, graph, onSummary }: GraphToolbarProps): ReactNode {
  const t = useTranslations('graph');
  const icon = (label: string, picture: ReactNode, act: () => void): ReactNode => (
    <Tooltip content={label} side="bottom">
      <Button variant="ghost" aria-label={label} onClick={act} icon={picture} />
    </Tooltip>
  );
  const toggle = (label: EdgeLabel): void => {
    const next = new Set(labels);
    if (!next.delete(label)) next.add(label);
    onLabels(next);
  };
  const moreChosen = [...labels].filter((label) => !frequentLabels.includes(label)).length;
  const kinds: [string, () => Promise<Blob> | undefined][] = [
    ['png', () => canvas.current?.png()],
    ['svg', () => canvas.current?.svg()],
    ['json', () => (graph ? Promise.resolve(new Blob([JSON.stringify(graph, null, 2)], { type: 'application/json' })) : undefined)],
  ];
  return (
    <div className="flex items-center gap-3">
      <label className="flex items-center gap-2 text-sm text-muted">
        <span className="max-xl:sr-only">{t('type')}</span>
        <select
          value={type}
          onChange={(event) => onType(graphTypes.find((one) => one === event.target.value) ?? 'workload')}
          className="h-8 rounded-md border border-line-strong bg-panel px-2 text-base text-text"
        >
          {graphTypes.map((one) => (
            <option key={one} value={one}>
              {t(`types.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <div role="group" aria-label={t('labels')} className="flex h-8 items-center rounded-md border border-line-strong p-0.5">
        {frequentLabels.map((label) => (
          <button
            key={label}
            type="button"
            aria-pressed={labels.has(label)}
            onClick={() => toggle(label)}
            className={`h-full rounded-sm px-2 text-sm ${labels.has(label) ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text'}`}
          >
            {t(`label.${label}`)}
          </button>
        ))}
        <Popover
          label={t('moreLabels')}
          align="end"
          className="w-52 p-3"
          trigger={
            <button
              type="button"
              className={`h-full rounded-sm px-2 text-sm ${moreChosen > 0 ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text'}`}
            >
              {moreChosen > 0 ? t('moreChosen', { count: String(moreChosen) }) : t('more')}
            </button>
          }
        >
          {edgeLabels
            .filter((label) => !frequentLabels.includes(label))
            .map((label) => (
              <Toggle key={label} label={t(`label.${label}`)} checked={labels.has(label)} onChange={() => toggle(label)} />
            ))}
        </Popover>
      </div>
      <div className="flex items-center">
        {icon(t('summary'), <Info size={15} aria-hidden="true" />, onSummary)}
        {icon(t('zoomIn'), <ZoomIn size={15} aria-hidden="true" />, () => canvas.current?.zoomBy(1.25))}
        {icon(t('zoomOut'), <ZoomOut size={15} aria-hidden="true" />, () => canvas.current?.zoomBy(0.8))}
        {icon(t('fit'), <Maximize size={15} aria-hidden="true" />, () => canvas.current?.fit())}
        {icon(t('relayout'), <LayoutDashboard size={15} aria-hidden="true" />, () => canvas.current?.relayout())}
        <Popover
          label={t('download')}
          align="end"
          className="w-32"
          trigger={<Button variant="ghost" aria-label={t('download')} icon={<Download size={15} aria-hidden="true" />} />}
        >
          {kinds.map(([kind, make]) => (
            <button
              key={kind}
              type="button"
              onClick={() => void make()?.then((blob) => save(blob, `heddle-graph.${kind}`))}
              className="flex h-7 w-full items-center rounded-sm px-2 text-left text-sm hover:bg-hover focus-visible:bg-hover"
            >
              {kind.toUpperCase()}
            </button>
          ))}
        </Popover>
      </div>
    </div>
  );
}
