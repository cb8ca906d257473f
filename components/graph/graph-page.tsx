'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { GraphCanvas, type GraphCanvasHandle } from '@/components/canvas/graph-canvas';
import { formatOutlook, parseOutlook } from '@/components/canvas/keep-view';
import { useLiveGraph } from '@/components/data/use-live-graph';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { Inspector } from '@/components/ui/inspector';
import { PageHeader } from '@/components/ui/page';
import { EmptyState, ErrorState, NoticeStrip } from '@/components/ui/states';
import { useStored } from '@/components/ui/use-stored';
import type { BoxBy } from '@/lib/graph-view';
import { DraftBar, useDraftedGraph } from './draft-bar';
import { GraphSkeleton } from './graph-skeleton';
import { GraphToolbar, graphTypes } from './graph-toolbar';
import { type EdgeLabel, edgeLabels, nodeName } from './to-canvas';
import { useComparison } from './use-comparison';
import { useGraphView } from './use-graph-view';
import { ViewBar } from './view-bar';

// What stands beside the picture comes with it.
const GraphList = dynamic(() => import('./graph-list').then((room) => room.GraphList), { ssr: false });
const WorstEdges = dynamic(() => import('./worst-edges').then((room) => room.WorstEdges), { ssr: false });
// What is opened by hand is loaded then.
const GraphInspector = dynamic(() => import('./graph-inspector').then((room) => room.GraphInspector), { ssr: false });
const ReplayBar = dynamic(() => import('./replay-bar').then((room) => room.ReplayBar), { ssr: false });
const CompareBar = dynamic(() => import('./compare-panel').then((room) => room.CompareBar), { ssr: false });
const Differences = dynamic(() => import('./compare-panel').then((room) => room.Differences), { ssr: false });

/** Without these nobody knows what there is. */
const tellsOfNodes: ReadonlySet<string> = new Set(['kubernetes', 'prometheus/rps']);

export interface GraphPageProps {
  /** Draws the traffic editor of a service, as one caller (`namespace/workload`) sees it if one is given: another room, put in by the page's route. */
  renderEditor: (service: { namespace: string; name: string; caller: string | undefined }) => ReactNode;
}

const refreshMs = 5_000;
const separator = '~';
/** The canvas thins out more edges than these when seen from afar; then it says so. */
const manyEdges = 1_200;

function parseLabels(text: string | undefined): Set<EdgeLabel> {
  return new Set(edgeLabels.filter((label) => (text ?? 'rate,errors,p95').split(',').includes(label)));
}

function parseBoxing(text: string | undefined): BoxBy {
  if (text === 'none' || text === 'app' || text === 'cluster') return text;
  return text?.startsWith('label:') === true ? (text as BoxBy) : 'namespace';
}

/** The graph: live, of a past window, as a replay, or as a comparison of two times. */
export function GraphPage({ renderEditor }: GraphPageProps): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  const scope = useScope();
  const [typeText, setType] = useUrlValue('type');
  const [labelText, setLabels] = useUrlValue('labels');
  const [selected, setSelected] = useUrlValue('sel');
  const [steered, setSteered] = useUrlValue('edit');
  const [find = '', setFind] = useUrlValue('find');
  const [hide = '', setHide] = useUrlValue('hide');
  const [boxText, setBoxing] = useUrlValue('box');
  const [flippedText = '', setFlipped] = useUrlValue('boxes');
  const [focus, setFocus] = useUrlValue('focus');
  const [hopsText, setHops] = useUrlValue('hops');
  const [servicesText, setServices] = useUrlValue('services');
  const [waypointsText, setWaypoints] = useUrlValue('waypoints');
  const [against, setAgainst] = useUrlValue('vs');
  const [replayText, setReplay] = useUrlValue('replay');
  const [at, setAt] = useUrlValue('at');
  const [outlookText, setOutlook] = useUrlValue('view');
  const [motion, setMotion] = useStored('heddle.motion', 'off');
  const canvas = useRef<GraphCanvasHandle>(null);

  const type = graphTypes.find((one) => one === typeText) ?? 'workload';
  const labels = useMemo(() => parseLabels(labelText), [labelText]);
  const boxBy = parseBoxing(boxText);
  const flipped = useMemo(() => new Set(flippedText === '' ? [] : flippedText.split(separator)), [flippedText]);
  const hops = Number(hopsText ?? 2);
  const outlook = useMemo(() => parseOutlook(outlookText), [outlookText]);
  const namespaces = scope.namespaces.join(',');
  const services = servicesText === '1';
  const waypoints = waypointsText === '1';
  const seriesTime = { refresh: at === undefined ? scope.refresh : (false as const), at };

  const question = useMemo(
    () => ({
      namespaces,
      duration: scope.duration,
      graphType: type,
      ...(services ? { services: 'true' as const } : {}),
      ...(waypoints ? { waypoints: 'true' as const } : {}),
      ...(labels.has('p90') ? { percentiles: '50,90,95,99' } : {}),
    }),
    [namespaces, scope.duration, type, services, waypoints, labels],
  );
  const live = useLiveGraph(at === undefined ? question : { ...question, at }, scope.live, refreshMs);
  const compared = useComparison(live.data, question, against, scope.duration);
  const drafted = useDraftedGraph(compared.graph);
  const { graph } = drafted;
  const chosen = useMemo(() => namespaces.split(',').filter((name) => name !== ''), [namespaces]);
  const countOf = useCallback((count: number) => t('members', { count }), [t]);
  const words = useMemo(
    () => ({
      open: t('circuit.open'),
      ejected: (count: number) => t('circuit.out', { count: String(count) }),
      updated: (ready: number, desired: number) => t('updateTag', { ready: String(ready), desired: String(desired) }),
    }),
    [t],
  );
  const view = useGraphView({
    nodes: graph?.nodes ?? nothing,
    edges: graph?.edges ?? nothing,
    namespaces: chosen,
    boxBy,
    flipped,
    focus,
    hops,
    find,
    hide,
    labels,
    changes: compared.changes,
    marks: drafted.marks,
    countOf,
    words,
  });
  // Of a mesh whose metrics are missing nobody knows whether it is quiet; a strip tells of that.
  const quiet = view.edges.length === 0 && graph?.notices.length === 0;
  const context = useMemo(() => ({ nodes: view.nodes, edges: view.edges, namespaces: chosen }), [view.nodes, view.edges, chosen]);
  const labelKeys = useMemo(
    () => [...new Set((graph?.nodes ?? []).flatMap((node) => Object.keys(node.labels ?? {})))].toSorted().slice(0, 12),
    [graph?.nodes],
  );

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
  const toggleBox = (id: string): void => {
    const next = new Set(flipped);
    if (!next.delete(id)) next.add(id);
    setFlipped([...next].join(separator));
  };
  const outerBoxes = (): string[] => [
    ...view.closed.boxes.filter((box) => box.level === 'outer').map((box) => box.id),
    ...view.closed.closed.map((box) => box.id),
  ];
  const open = (id: string): void => {
    if (id.startsWith('box:')) toggleBox(id);
    else setFocus(id);
  };
  const [steeredService = '', steeredCaller] = steered?.split(separator) ?? [];
  const [steerNamespace, steerName] = steeredService.split('/');
  const focused = graph?.nodes.find((node) => node.id === focus);
  const mode = against !== undefined ? 'compare' : replayText === undefined ? undefined : 'replay';
  const [compareStart] = useState(() => new Date(Date.now() - 300_000).toISOString());

  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <GraphToolbar
            type={type}
            onType={(next) => setType(next === 'workload' ? undefined : next)}
            labels={labels}
            onLabels={(next) => setLabels([...next].join(',') || 'none')}
            canvas={canvas}
            graph={graph}
            onSummary={() => pick(selected === 'all' ? undefined : 'all')}
          />
        }
      />
      <ViewBar
        view={view}
        context={context}
        find={find}
        onFind={setFind}
        hide={hide}
        onHide={setHide}
        boxBy={boxBy}
        onBoxBy={(by) => {
          setFlipped(undefined);
          setBoxing(by === 'namespace' ? undefined : by);
        }}
        labelKeys={labelKeys}
        onAllBoxes={(openAll) => setFlipped(openAll === view.grouped ? outerBoxes().join(separator) : undefined)}
        services={services}
        onServices={(on) => setServices(on ? '1' : undefined)}
        waypoints={waypoints}
        onWaypoints={(on) => setWaypoints(on ? '1' : undefined)}
        motion={motion === 'on'}
        onMotion={(on) => setMotion(on ? 'on' : 'off')}
        focusName={focused && nodeName(focused)}
        hops={hops}
        onHops={(next) => setHops(next === 2 ? undefined : String(next))}
        onUnfocus={() => setFocus(undefined)}
        mode={mode}
        onMode={(next) => {
          setAgainst(next === 'compare' ? compareStart : undefined);
          setReplay(next === 'replay' ? '1' : undefined);
          if (next !== 'compare') setAt(undefined);
        }}
      />
      {mode === 'compare' && against !== undefined && (
        <CompareBar
          before={against}
          after={at ?? graph?.at ?? compareStart}
          onBefore={setAgainst}
          onAfter={setAt}
          live={at === undefined}
        />
      )}
      <DraftBar drafted={drafted} />
      <NoticeStrip notices={graph?.notices ?? []} />
      <div className="relative flex min-h-0 flex-1">
        <div className="relative min-w-0 flex-1 overflow-hidden">
          {live.error && !graph ? (
            <ErrorState {...live.error.body.error} retryLabel={common('retry')} onRetry={live.retry} />
          ) : !graph ? (
            <GraphSkeleton label={common('loading')} />
          ) : graph.nodes.length === 0 && graph.notices.some(({ source }) => tellsOfNodes.has(source)) ? (
            <div className="flex h-full items-center justify-center">
              <EmptyState title={t('emptyUnknown')} action={<Button onClick={live.retry}>{common('retry')}</Button>} />
            </div>
          ) : graph.nodes.length === 0 ? (
            <div className="flex h-full items-center justify-center">
              <EmptyState
                title={chosen.length > 0 ? t('emptyNamespace') : t('empty')}
                action={
                  chosen.length > 0 ? (
                    <Button onClick={() => scope.set({ namespaces: [] })}>{t('showAll')}</Button>
                  ) : (
                    scope.duration !== '1h' && <Button onClick={() => scope.set({ duration: '1h' })}>{t('lookFurther')}</Button>
                  )
                }
              />
            </div>
          ) : (
            <>
              <GraphCanvas
                ref={canvas}
                graph={view.canvas}
                hidden={view.hidden}
                found={view.found}
                selected={selected}
                onSelect={pick}
                onOpen={open}
                animate={motion === 'on'}
                storageKey={`heddle.positions.${type}.${services ? 's' : ''}.${boxBy}.${namespaces}.${focused?.id ?? ''}.${focused ? hops : ''}`}
                outlook={outlook}
                onLook={(next) => {
                  if (next !== undefined || outlookText !== undefined) setOutlook(next && formatOutlook(next));
                }}
                label={t('drawing', { nodes: view.canvas.nodes.length, edges: view.canvas.edges.length })}
                help={t('keys')}
              />
              {view.canvas.nodes.every((node) => view.hidden.has(node.id)) && (
                <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
                  <div className="pointer-events-auto">
                    <EmptyState title={t('allHidden')} action={<Button onClick={() => setHide('')}>{t('hideNothing')}</Button>} />
                  </div>
                </div>
              )}
              <GraphList nodes={view.nodes} edges={view.edges} selected={selected} onPick={pick} />
              {(view.grouped || quiet || view.canvas.edges.length > manyEdges) && (
                <p className="pointer-events-none absolute right-3 bottom-3 max-w-80 rounded-sm bg-page/80 px-2 py-0.5 text-right text-xs text-muted">
                  {quiet && t('quiet')} {view.grouped && t('grouped')} {view.canvas.edges.length > manyEdges && t('farAway')}
                </p>
              )}
              {compared.differences ? (
                <Differences differences={compared.differences} ends={compared.ends} nodes={compared.nodes} onPick={pick} />
              ) : (
                <WorstEdges nodes={view.nodes} edges={view.edges} onPick={pick} />
              )}
            </>
          )}
        </div>
        {steerNamespace !== undefined && steerName !== undefined ? (
          <Inspector label={t('inspector')} closeLabel={t('close')} title={`${steerNamespace}/${steerName}`} onClose={close}>
            {renderEditor({ namespace: steerNamespace, name: steerName, caller: steeredCaller })}
          </Inspector>
        ) : graph && selected !== undefined ? (
          <GraphInspector
            graph={graph}
            view={view}
            selected={selected}
            onPick={pick}
            onClose={close}
            href={scope.href}
            onSteer={(service, caller) => setSteered(caller === undefined ? service : `${service}${separator}${caller}`)}
            onFocus={setFocus}
            onToggleBox={toggleBox}
            time={seriesTime}
          />
        ) : null}
      </div>
      {mode === 'replay' && (
        <ReplayBar
          question={question}
          at={at}
          onAt={setAt}
          onClose={() => {
            setReplay(undefined);
            setAt(undefined);
          }}
        />
      )}
    </>
  );
}

const nothing: readonly never[] = [];
