'use client';

import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { GraphCanvas, type GraphCanvasHandle } from '@/components/canvas/graph-canvas';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { Inspector } from '@/components/ui/inspector';
import { PageHeader } from '@/components/ui/page';
import { EmptyState, ErrorState, NoticeStrip, Skeleton } from '@/components/ui/states';
import { EdgePanel } from './edge-panel';
import { GraphAsList, WorstEdges } from './graph-summary';
import { GraphToolbar, graphTypes } from './graph-toolbar';
import { NodePanel } from './node-panel';
import { type EdgeLabel, edgeLabels, nodeName, toCanvas } from './to-canvas';

export interface GraphPageProps {
  /** Draws the traffic editor of a service (`namespace`, `name`): another room, put in by the page's route. */
  renderEditor: (service: { namespace: string; name: string }) => ReactNode;
}

function parseLabels(text: string | undefined): Set<EdgeLabel> {
  return new Set(edgeLabels.filter((label) => (text ?? 'rate,errors,p95').split(',').includes(label)));
}

/** The live graph. */
export function GraphPage({ renderEditor }: GraphPageProps): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const scope = useScope();
  const [typeText, setType] = useUrlValue('type');
  const [labelText, setLabels] = useUrlValue('labels');
  const [selected, setSelected] = useUrlValue('sel');
  const [steered, setSteered] = useUrlValue('edit');
  const canvas = useRef<GraphCanvasHandle>(null);
  const type = graphTypes.find((one) => one === typeText) ?? 'workload';
  const [labels, setLabelSet] = useState(() => parseLabels(labelText));

  const query = {
    namespaces: scope.namespaces.join(','),
    duration: scope.duration,
    graphType: type,
    ...(scope.at === undefined ? {} : { at: scope.at }),
  };
  const graph = useEndpoint('graph', { query }, { refreshMs: scope.refresh });
  const drawn = useMemo(() => graph.data && toCanvas(graph.data, labels), [graph.data, labels]);
  const node = graph.data?.nodes.find((one) => one.id === selected);
  const edge = graph.data?.edges.find((one) => one.id === selected);
  const ends =
    edge && graph.data
      ? { source: graph.data.nodes.find((one) => one.id === edge.source), target: graph.data.nodes.find((one) => one.id === edge.target) }
      : undefined;

  const pick = useCallback(
    (id: string | undefined) => {
      setSteered(undefined);
      setSelected(id);
    },
    [setSelected, setSteered],
  );
  const close = useCallback(
    () => (steered === undefined ? setSelected(undefined) : setSteered(undefined)),
    [steered, setSelected, setSteered],
  );

  const [steerNamespace, steerName] = steered?.split('/') ?? [];
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <GraphToolbar
            type={type}
            onType={(next) => setType(next === 'workload' ? undefined : next)}
            labels={labels}
            onLabels={(next) => {
              setLabelSet(next);
              setLabels([...next].join(',') || 'none');
            }}
            canvas={canvas}
          />
        }
      />
      <NoticeStrip notices={graph.data?.notices ?? []} />
      <div className="relative flex min-h-0 flex-1">
        <div className="relative min-w-0 flex-1 overflow-hidden">
          {graph.isError && !graph.data ? (
            <ErrorState {...graph.error.body.error} retryLabel={common('retry')} onRetry={() => void graph.refetch()} />
          ) : !graph.data || !drawn ? (
            <div role="status" aria-label={common('loading')} className="flex h-full items-center justify-center gap-24">
              <Skeleton className="size-12 rounded-full" />
              <Skeleton className="size-12 rounded-full" />
              <Skeleton className="size-12 rounded-full" />
            </div>
          ) : graph.data.nodes.length === 0 ? (
            <EmptyState
              title={scope.namespaces.length > 0 ? t('emptyNamespace') : t('empty')}
              action={scope.namespaces.length > 0 && <Button onClick={() => scope.set({ namespaces: [] })}>{t('showAll')}</Button>}
            />
          ) : (
            <>
              <GraphCanvas
                ref={canvas}
                graph={drawn}
                selected={selected}
                onSelect={pick}
                storageKey={`heddle.positions.${type}.${scope.namespaces.join(',')}`}
                label={t('drawing', { nodes: graph.data.nodes.length, edges: graph.data.edges.length })}
              />
              <GraphAsList graph={graph.data} selected={selected} onPick={pick} />
              <WorstEdges graph={graph.data} onPick={pick} />
            </>
          )}
        </div>
        {steerNamespace !== undefined && steerName !== undefined ? (
          <Inspector label={t('inspector')} closeLabel={t('close')} title={`${steerNamespace}/${steerName}`} onClose={close}>
            {renderEditor({ namespace: steerNamespace, name: steerName })}
          </Inspector>
        ) : graph.data && node ? (
          <Inspector
            label={t('inspector')}
            closeLabel={t('close')}
            onClose={close}
            title={
              <>
                {nodeName(node)} {node.version !== undefined && <span className="font-[450] text-muted">{node.version}</span>}
                <span className="block text-xs font-[450] text-faint">{node.namespace}</span>
              </>
            }
          >
            <NodePanel node={node} graph={graph.data} onPick={pick} href={scope.href} onSteer={setSteered} />
          </Inspector>
        ) : graph.data && edge ? (
          <Inspector
            label={t('inspector')}
            closeLabel={t('close')}
            onClose={close}
            title={`${ends?.source ? nodeName(ends.source) : edge.source} → ${ends?.target ? nodeName(ends.target) : edge.target}`}
          >
            <EdgePanel edge={edge} source={ends?.source} target={ends?.target} queries={graph.data.queries} refresh={scope.refresh} />
          </Inspector>
        ) : null}
      </div>
    </>
  );
}
