'use client';

import type { Core, ElementDefinition } from 'cytoscape';
import { type ReactNode, type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from 'react';
import { graphStyle } from './graph-style';
import { type Layout, layoutGraph, placeNew } from './layout-graph';
import { readColors } from './read-colors';
import { toSegments } from './route-edges';
import type { CanvasEdge, CanvasGraph, CanvasNode, Point } from './types';

export interface GraphCanvasHandle {
  fit: () => void;
  zoomBy: (factor: number) => void;
  relayout: () => void;
  png: () => Promise<Blob>;
}

export interface GraphCanvasProps {
  graph: CanvasGraph;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  /** Positions kept under this name in the browser, so that a view looks the same tomorrow. */
  storageKey: string;
  label: string;
  ref?: Ref<GraphCanvasHandle>;
}

function nodeData(node: CanvasNode): Record<string, unknown> {
  return {
    id: node.id,
    ...(node.box === undefined ? {} : { parent: node.box }),
    shape: node.shape,
    label: node.tag === undefined ? node.name : `${node.name}\n${node.tag}`,
    health: node.health,
    errorShare: node.errorRatio ?? 0,
  };
}

function edgeData(edge: CanvasEdge, layout: Layout): Record<string, unknown> {
  const from = layout.positions.get(edge.source);
  const to = layout.positions.get(edge.target);
  const bends = layout.bends.get(edge.id);
  // cytoscape wants the lists as text.
  const segments = bends && from && to ? toSegments(bends, from, to) : undefined;
  const width = edge.rate === null ? 1 : 1.2 + Math.min(5, Math.log10(1 + edge.rate) * 2.2);
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    health: edge.health,
    label: edge.label,
    width,
    idle: edge.idle ? 1 : 0,
    ...(segments ? { weights: segments.weights.join(' '), distances: segments.distances.join(' ') } : {}),
  };
}

/** A layout kept in the browser. */
interface StoredLayout {
  positions: [string, Point][];
  bends: [string, Point[]][];
}

function loadLayout(key: string): Layout {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<StoredLayout>;
    return { positions: new Map(stored.positions), bends: new Map(stored.bends) };
  } catch {
    // What another version wrote is worth nothing here: lay out anew.
    return { positions: new Map(), bends: new Map() };
  }
}

function storeLayout(key: string, layout: Layout): void {
  localStorage.setItem(key, JSON.stringify({ positions: [...layout.positions], bends: [...layout.bends] } satisfies StoredLayout));
}

/** Brings the drawing in step with the graph: adds and removes what differs, and touches only values that changed. */
function sync(cy: Core, graph: CanvasGraph, layout: Layout): void {
  cy.batch(() => {
    const wanted = new Set<string>();
    const put = (definition: ElementDefinition): void => {
      const id = String(definition.data['id']);
      wanted.add(id);
      const element = cy.getElementById(id);
      if (element.empty()) {
        cy.add(definition);
        return;
      }
      for (const [key, value] of Object.entries(definition.data)) {
        if (key === 'parent') {
          if (element.isNode() && (element.parent().first().id() as string | undefined) !== value)
            element.move({ parent: (value as string | undefined) ?? null });
        } else if (element.data(key) !== value) element.data(key, value);
      }
    };
    for (const box of graph.boxes)
      put({
        group: 'nodes',
        data: { id: box.id, ...(box.parent === undefined ? {} : { parent: box.parent }), level: box.level, label: box.name },
        selectable: false,
        grabbable: false,
      });
    for (const node of graph.nodes) {
      const position = layout.positions.get(node.id);
      put({ group: 'nodes', data: nodeData(node), ...(position ? { position: { ...position } } : {}) });
    }
    for (const edge of graph.edges) put({ group: 'edges', data: edgeData(edge, layout) });
    cy.elements().forEach((element) => {
      if (!wanted.has(element.id())) element.remove();
    });
  });
}

function highlight(cy: Core, selected: string | undefined): void {
  cy.batch(() => {
    cy.elements().removeClass('faded chosen');
    if (selected === undefined) return;
    const element = cy.getElementById(selected);
    if (element.empty()) return;
    const one = cy.collection().union(element);
    const kept = one.union(one.edges().connectedNodes()).union(one.nodes().closedNeighborhood());
    const boxes = kept.nodes().ancestors();
    cy.elements().not(kept).not(boxes).addClass('faded');
    element.addClass('chosen');
  });
}

/** The drawn graph. Values change in place; what stands still never moves, new nodes find a place beside their neighbours. */
export function GraphCanvas({ graph, selected, onSelect, storageKey, label, ref }: GraphCanvasProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const cy = useRef<Core>(undefined);
  const layout = useRef<Layout>({ positions: new Map(), bends: new Map() });
  const select = useEffectEvent(onSelect);
  const [ready, setReady] = useState(false);
  const [round, setRound] = useState(0);
  const laidOut = useRef(0);
  const fitted = useRef(false);

  // Choosing something must not draw the graph anew: the drawing effect reads the choice without following it.
  const showSelected = useEffectEvent((core: Core) => highlight(core, selected));

  useEffect(() => {
    let gone = false;
    const element = host.current;
    if (!element) return undefined;
    const repaint = (): void => void cy.current?.style(graphStyle(readColors(element)));
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (gone) return;
      const core = cytoscape({
        container: element,
        style: graphStyle(readColors(element)),
        minZoom: 0.1,
        maxZoom: 3,
        boxSelectionEnabled: false,
        autounselectify: true,
        pixelRatio: 'auto',
      });
      core.on('tap', (event) =>
        select(event.target === core || event.target.data('level') !== undefined ? undefined : (event.target.id() as string)),
      );
      core.on('mouseover', 'node[shape], edge', (event) => {
        event.target.addClass('near');
        if (event.target.isNode()) event.target.connectedEdges().addClass('near');
        element.style.cursor = 'pointer';
      });
      core.on('mouseout', 'node[shape], edge', () => {
        core.elements('.near').removeClass('near');
        element.style.cursor = '';
      });
      core.on('dragfree', 'node[shape]', (event) => {
        const id = event.target.id() as string;
        layout.current.positions.set(id, { ...event.target.position() });
        // Bends were made for where the node stood.
        for (const edge of event.target.connectedEdges()) {
          layout.current.bends.delete(edge.id());
          edge.removeData('weights distances');
        }
        storeLayout(storageKey, layout.current);
      });
      cy.current = core;
      layout.current = loadLayout(storageKey);
      fitted.current = false;
      setReady(true);
    });
    window.addEventListener('heddle:theme', repaint);
    scheme.addEventListener('change', repaint);
    return () => {
      gone = true;
      window.removeEventListener('heddle:theme', repaint);
      scheme.removeEventListener('change', repaint);
      cy.current?.destroy();
      cy.current = undefined;
      setReady(false);
    };
  }, [storageKey]);

  useEffect(() => {
    const core = cy.current;
    if (!core || !ready) return undefined;
    let stale = false;
    const draw = (next: Layout): void => {
      if (stale || cy.current !== core) return;
      layout.current = next;
      storeLayout(storageKey, next);
      sync(core, graph, next);
      showSelected(core);
      if (!fitted.current && graph.nodes.length > 0) {
        core.fit(undefined, 48);
        if (core.zoom() > 1.25) {
          core.zoom(1.25);
          core.center();
        }
        fitted.current = true;
      }
      host.current?.setAttribute('data-painted', String(graph.nodes.length));
    };
    if (laidOut.current !== round) {
      // Asked to lay out anew: forget where everything stood.
      laidOut.current = round;
      layout.current = { positions: new Map(), bends: new Map() };
      fitted.current = false;
      core.elements().remove();
    }
    const placed = placeNew(graph, layout.current.positions);
    if (placed) draw({ positions: placed, bends: layout.current.bends });
    else void layoutGraph(graph).then(draw);
    return () => {
      stale = true;
    };
  }, [graph, ready, round, storageKey]);

  useEffect(() => {
    if (ready && cy.current) highlight(cy.current, selected);
  }, [selected, ready]);

  useImperativeHandle(
    ref,
    () => ({
      fit: () => void cy.current?.animate({ fit: { eles: cy.current.elements(), padding: 48 }, duration: 160 }),
      zoomBy: (factor) => {
        const core = cy.current;
        if (core) core.zoom({ level: core.zoom() * factor, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
      },
      relayout: () => setRound((now) => now + 1),
      png: async () => (await cy.current?.png({ output: 'blob-promise', full: true, scale: 2 })) ?? new Blob(),
    }),
    [],
  );

  // cytoscape makes its container `position: relative`, so the size comes from one around it.
  return (
    <div className="absolute inset-0">
      <div ref={host} role="img" aria-label={label} data-testid="graph-canvas" className="size-full" />
    </div>
  );
}
