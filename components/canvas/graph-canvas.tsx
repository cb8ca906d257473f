'use client';

import { type ReactNode, type Ref, useEffect, useEffectEvent, useId, useImperativeHandle, useRef, useState } from 'react';
import { loadLayout, storeLayout } from './keep-layout';
import { middleOf, type Outlook, outlookOf, viewOf } from './keep-view';
import { layoutGraph, warmLayout } from './layout-graph';
import { stepFrom } from './step-from';
import type { CanvasGraph, Drawing, DrawingEvents, Layout, Scene } from './types';

export interface GraphCanvasHandle {
  fit: () => void;
  zoomBy: (factor: number) => void;
  relayout: () => void;
  reveal: (id: string) => void;
  png: () => Promise<Blob>;
  svg: () => Promise<Blob>;
}

export interface GraphCanvasProps {
  graph: CanvasGraph;
  /** Ids of nodes and edges that are not drawn. They keep their places. */
  hidden: ReadonlySet<string>;
  /** What a search found; `undefined`: nothing is searched for. */
  found: ReadonlySet<string> | undefined;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  /** A node or a box was double-clicked, or Enter pressed on it. */
  onOpen: (id: string) => void;
  /** Dots run along the edges. */
  animate: boolean;
  /** Positions kept under this name in the browser, so that a view looks the same tomorrow. */
  storageKey: string;
  /** Where to look first; `undefined`: at the whole graph. */
  outlook: Outlook | undefined;
  /** Somebody looks elsewhere, told when they have come to rest; `undefined`: at the whole graph again. */
  onLook: (outlook: Outlook | undefined) => void;
  label: string;
  /** The keys that work here, for who cannot see them. */
  help: string;
  ref?: Ref<GraphCanvasHandle>;
}

/** When a hand rests for so long it has come to where it wanted. */
const restMs = 300;
/** Up to here cytoscape draws; above, everything is painted at once. */
const mostElements = 140;

interface Drawn {
  kind: 'cytoscape' | 'painted';
  drawing: Drawing;
}

async function drawingOf(kind: Drawn['kind'], host: HTMLElement, events: DrawingEvents): Promise<Drawn> {
  const make = kind === 'painted' ? (await import('./draw-painted')).drawPainted : (await import('./draw-cytoscape')).drawCytoscape;
  return { kind, drawing: make(host, events) };
}

/** The drawn graph. Values change in place; what stands still never moves, new nodes find a place beside their neighbours. */
export function GraphCanvas(props: GraphCanvasProps): ReactNode {
  const { graph, hidden, found, selected, animate, storageKey, label, help, ref } = props;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn>(undefined);
  const layout = useRef<{ key: string; layout: Layout }>(undefined);
  const fitted = useRef('');
  const relaid = useRef(0);
  /** Whether the place to look at first has been looked at. */
  const begun = useRef(false);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [round, setRound] = useState(0);
  const [failure, setFailure] = useState<Error>();
  const helpId = useId();
  const shown = useRef(0);
  /** What the keys have chosen: the page may draw later than the next key comes. */
  const cursor = useRef(selected);

  const sceneOf = (positions: Layout): Scene => ({ graph, layout: positions, hidden, found, selected });
  const select = useEffectEvent(props.onSelect);
  const open = useEffectEvent(props.onOpen);
  const tellLook = useEffectEvent(props.onLook);
  const looked = useEffectEvent(() => {
    clearTimeout(resting.current);
    resting.current = setTimeout(() => {
      if (host.current && drawn.current) tellLook(outlookOf(drawn.current.drawing.view(), middleOf(host.current)));
    }, restMs);
  });
  /** All of it, which is what a link without a place means. */
  const fit = useEffectEvent((smoothly: boolean) => {
    clearTimeout(resting.current);
    drawn.current?.drawing.fit(smoothly);
    tellLook(undefined);
  });
  const first = useEffectEvent(() => {
    if (begun.current || props.outlook === undefined || host.current === null) fit(false);
    else drawn.current?.drawing.look(viewOf(props.outlook, middleOf(host.current)));
    begun.current = true;
  });
  const keep = useEffectEvent(() => {
    if (layout.current) storeLayout(storageKey, layout.current.layout);
  });

  useEffect(() => {
    warmLayout();
    void import('./arrange-scene');
    const repaint = (): void => drawn.current?.drawing.refresh();
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    window.addEventListener('heddle:theme', repaint);
    scheme.addEventListener('change', repaint);
    return () => {
      window.removeEventListener('heddle:theme', repaint);
      scheme.removeEventListener('change', repaint);
      clearTimeout(resting.current);
      drawn.current?.drawing.destroy();
      drawn.current = undefined;
    };
  }, []);

  const startMotion = useEffectEvent((drawing: Drawing) => drawing.animate(animate));
  /** Brings a scene to the screen, and tells when it is there: tests and measurements wait for that. */
  const bring = useEffectEvent(async (drawing: Drawing, scene: Scene): Promise<void> => {
    shown.current += 1;
    const number = String(shown.current);
    await drawing.show(scene);
    // What is painted comes to the screen with the next frame.
    requestAnimationFrame(() => {
      // For whoever measures pages from within (User Timing): when the first picture stood.
      if (number === '1') performance.mark('heddle:painted');
      host.current?.setAttribute('data-painted', String(scene.graph.nodes.length));
      host.current?.setAttribute('data-scene', number);
    });
  });
  const show = useEffectEvent((positions: Layout) => {
    const view = `${storageKey} ${round}`;
    const known = layout.current?.layout.positions;
    layout.current = { key: storageKey, layout: positions };
    if (known !== positions.positions) keep();
    if (drawn.current) void bring(drawn.current.drawing, sceneOf(positions));
    if (fitted.current !== view && graph.nodes.length > 0) {
      first();
      fitted.current = view;
    }
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let stale = false;
    const draw = async (): Promise<void> => {
      const { openAndClose, placeNew } = await import('./arrange-scene');
      if (stale) return;
      const kind = graph.nodes.length + graph.edges.length <= mostElements ? 'cytoscape' : 'painted';
      const known = layout.current?.key === storageKey ? layout.current.layout : loadLayout(storageKey);
      const asked = relaid.current === round ? known : { positions: new Map(), bends: new Map() };
      const arranged = openAndClose(graph, asked) ?? asked;
      const placed = placeNew(graph, arranged.positions);
      // The drawing loads while the layout is computed.
      const [next, made] = await Promise.all([
        placed === undefined
          ? layoutGraph(graph)
          : placed.size === known.positions.size && arranged === known
            ? known
            : { positions: placed, bends: arranged.bends },
        drawn.current?.kind === kind
          ? drawn.current
          : drawingOf(kind, element, {
              pick: select,
              open,
              looked,
              moved: keep,
              failed: setFailure,
            }),
      ]);
      if (stale || host.current === null) {
        if (made !== drawn.current) made.drawing.destroy();
        return;
      }
      relaid.current = round;
      if (made !== drawn.current) {
        drawn.current?.drawing.destroy();
        drawn.current = made;
        fitted.current = '';
        startMotion(made.drawing);
      }
      show(next);
    };
    draw().catch((error: unknown) => {
      if (!stale) setFailure(error instanceof Error ? error : new Error(String(error)));
    });
    return () => {
      stale = true;
    };
  }, [graph, round, storageKey]);

  const mark = useEffectEvent((marks: Pick<Scene, 'hidden' | 'found' | 'selected'>) => {
    if (layout.current?.key !== storageKey || !drawn.current) return;
    void bring(drawn.current.drawing, { ...sceneOf(layout.current.layout), ...marks });
  });
  // Only what is marked or hidden changes here; the effect above follows the graph.
  useEffect(() => {
    cursor.current = selected;
    mark({ hidden, found, selected });
  }, [hidden, found, selected]);
  useEffect(() => drawn.current?.drawing.animate(animate), [animate]);

  useImperativeHandle(ref, () => ({
    fit: () => fit(true),
    zoomBy: (factor) => drawn.current?.drawing.zoomBy(factor),
    relayout: () => setRound((now) => now + 1),
    reveal: (id) => drawn.current?.drawing.reveal(id),
    png: async () => {
      const { exportPng } = await import('./export-picture');
      return host.current && layout.current ? exportPng(host.current, sceneOf(layout.current.layout)) : new Blob();
    },
    svg: async () => {
      const { exportSvg } = await import('./export-picture');
      return host.current && layout.current ? exportSvg(host.current, sceneOf(layout.current.layout)) : new Blob();
    },
  }));

  const press = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const positions = layout.current?.layout.positions;
    const zoom = { '+': 1.25, '=': 1.25, '-': 0.8 }[event.key];
    if (zoom !== undefined) drawn.current?.drawing.zoomBy(zoom);
    else if (event.key === '0') fit(true);
    else if (event.key === 'Enter' && cursor.current !== undefined) props.onOpen(cursor.current);
    else {
      const next = positions && stepFrom({ graph, hidden, positions }, cursor.current, event.key);
      if (next === undefined) return;
      cursor.current = next;
      props.onSelect(next);
      drawn.current?.drawing.reveal(next);
    }
    event.preventDefault();
  });
  useEffect(() => {
    const element = host.current;
    const listen = (event: KeyboardEvent): void => press(event);
    element?.addEventListener('keydown', listen);
    return () => element?.removeEventListener('keydown', listen);
  }, []);

  // The page's own answer to what cannot be drawn says what happened, and tries again.
  if (failure !== undefined) throw failure;
  return (
    <>
      <div
        ref={host}
        role="application"
        aria-label={label}
        aria-describedby={helpId}
        tabIndex={0}
        data-testid="graph-canvas"
        className="absolute inset-0 touch-none overflow-hidden focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent"
      />
      <p id={helpId} className="sr-only">
        {help}
      </p>
    </>
  );
}
