import cytoscape from 'cytoscape';
import type { ElementDefinition } from 'cytoscape';
import { graphStyle } from './graph-style';
import { keepNeighbours } from './keep-neighbours';
import { moveTraffic } from './move-traffic';
import { paintBadges } from './paint-badges';
import { paintLock } from './paint-signs';
import { paintEdgeLabels, takeNodes } from './paint-texts';
import { LabelField } from './place-labels';
import { readColors } from './read-colors';
import { toSegments } from './route-edges';
import { along, indexScene, toScreen } from './scene-index';
import { edgeWidth } from './types';
import type { CanvasEdge, CanvasNode, Drawing, DrawingEvents, Layout, Point, Scene } from './types';

function nodeData(node: CanvasNode): Record<string, unknown> {
  return {
    id: node.id,
    ...(node.box === undefined ? {} : { parent: node.box }),
    shape: node.shape,
    label: node.tag === undefined ? node.name : `${node.name}\n${node.tag}`,
    health: node.health,
    errorShare: node.errorRatio ?? 0,
    change: node.change ?? '',
  };
}

function edgeData(edge: CanvasEdge, layout: Layout): Record<string, unknown> {
  const from = layout.positions.get(edge.source);
  const to = layout.positions.get(edge.target);
  const bends = layout.bends.get(edge.id);
  // cytoscape wants the lists as text.
  const segments = bends && from && to ? toSegments(bends, from, to) : undefined;
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    health: edge.health,
    width: edgeWidth(edge),
    idle: edge.idle ? 1 : 0,
    change: edge.change ?? '',
    ...(segments ? { weights: segments.weights.join(' '), distances: segments.distances.join(' ') } : {}),
  };
}

/** The line an edge is drawn along, as cytoscape has bent it; `undefined` before it was drawn. */
function lineOf(edge: cytoscape.EdgeSingular): Point[] | undefined {
  const [from, to] = [edge.sourceEndpoint() as Point | undefined, edge.targetEndpoint() as Point | undefined];
  if (from === undefined || to === undefined || Number.isNaN(from.x + to.x)) return undefined;
  const segments = (edge.segmentPoints() ?? []) as Point[];
  if (segments.length > 0) return [from, ...segments, to];
  const controls = (edge.controlPoints() ?? []) as Point[];
  const [control] = controls;
  if (control === undefined) return [from, to];
  if (controls.length > 1) return [from, ...controls, to];
  const at = (share: number): Point => {
    const [one, two, three] = [(1 - share) ** 2, 2 * share * (1 - share), share ** 2];
    return { x: one * from.x + two * control.x + three * to.x, y: one * from.y + two * control.y + three * to.y };
  };
  return [from, at(0.25), at(0.5), at(0.75), to];
}

/** Brings the drawing in step with the graph: adds and removes what differs, and touches only values that changed. */
function sync(cy: cytoscape.Core, { graph, layout, hidden, found, selected }: Scene): void {
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
      if (definition.position !== undefined && element.isNode()) {
        const { x, y } = element.position();
        if (Math.abs(x - definition.position.x) > 0.01 || Math.abs(y - definition.position.y) > 0.01)
          element.position({ ...definition.position });
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
    const kept = keepNeighbours(graph, selected);
    const boxed = new Set(graph.nodes.filter((node) => !hidden.has(node.id)).flatMap((node) => (node.box === undefined ? [] : [node.box])));
    for (const box of graph.boxes) if (boxed.has(box.id) && box.parent !== undefined) boxed.add(box.parent);
    cy.elements().forEach((element) => {
      const id = element.id();
      if (!wanted.has(id)) {
        element.remove();
        return;
      }
      const isBox = element.data('level') !== undefined;
      element.toggleClass('hidden', isBox ? !boxed.has(id) : hidden.has(id));
      element.toggleClass('found', found?.has(id) === true);
      element.toggleClass('chosen', kept !== undefined && id === selected);
      element.toggleClass('faded', kept !== undefined && !isBox && !kept.has(id));
    });
  });
}

/** Draws small graphs with cytoscape: text, hit areas and dragging at their best up to a few hundred elements. */
export function drawCytoscape(host: HTMLElement, events: DrawingEvents): Drawing {
  // cytoscape makes its container `position: relative`, so the size comes from one around it.
  const ground = document.createElement('div');
  Object.assign(ground.style, { width: '100%', height: '100%' });
  host.append(ground);
  const layer = (): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none' });
    host.append(canvas);
    return canvas;
  };
  const signs = layer();
  const motion = layer();
  const onSigns = signs.getContext('2d');
  let colors = readColors(host);
  let scene: Scene | undefined;
  let index = indexScene({
    graph: { nodes: [], boxes: [], edges: [] },
    layout: { positions: new Map(), bends: new Map() },
    hidden: new Set(),
    found: undefined,
    selected: undefined,
  });
  let stopMotion: (() => void) | undefined;
  const cy = cytoscape({
    container: ground,
    style: graphStyle(colors),
    minZoom: 0.1,
    maxZoom: 3,
    boxSelectionEnabled: false,
    autounselectify: true,
    pixelRatio: 'auto',
  });
  const view = (): { zoom: number; x: number; y: number } => ({ zoom: cy.zoom(), ...cy.pan() });

  const paintSigns = (): void => {
    if (onSigns === null) return;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(host.clientWidth * ratio), Math.round(host.clientHeight * ratio)];
    for (const canvas of [signs, motion]) {
      if (canvas.width === width && canvas.height === height) continue;
      canvas.width = width;
      canvas.height = height;
    }
    onSigns.setTransform(1, 0, 0, 1, 0, 0);
    onSigns.clearRect(0, 0, width, height);
    onSigns.setTransform(ratio, 0, 0, ratio, 0, 0);
    const now = view();
    if (now.zoom < 0.45) return;
    if (scene === undefined) return;
    const kept = keepNeighbours(scene.graph, scene.selected);
    const field = new LabelField(host.clientWidth, host.clientHeight);
    // Where cytoscape has them: a node may be being dragged.
    const nodes = index.nodes.map(({ node, at }) => ({ node, at: cy.getElementById(node.id).position() ?? at }));
    takeNodes(onSigns, nodes, now, field);
    const edges = index.edges.map(({ edge, line }) => ({ edge, line: lineOf(cy.getElementById(edge.id)) ?? line }));
    // Over all lines: cytoscape draws each label with its own edge, and the next edge across it.
    const options = { width: host.clientWidth, height: host.clientHeight, kept, everything: now.zoom >= 0.6 };
    for (const part of ['urgent', 'rest'] as const) paintEdgeLabels(onSigns, edges, now, colors, field, options, part, scene);
    for (const { node, at } of nodes) {
      onSigns.globalAlpha = kept === undefined || kept.has(node.id) ? 1 : 0.2;
      paintBadges(onSigns, node.badges, toScreen(at, now), now.zoom, colors);
    }
    for (const { edge, line } of edges) {
      // With a label the lock stands beside it.
      if (edge.lock === undefined || edge.label !== '') continue;
      onSigns.globalAlpha = kept === undefined || kept.has(edge.id) ? 1 : 0.2;
      paintLock(onSigns, edge.lock, toScreen(along(line, 0.28), now), now.zoom * 1.1, colors);
    }
    onSigns.globalAlpha = 1;
  };
  /** Centres what is at the rim or out of sight. */
  const reveal = (id: string): void => {
    const element = cy.getElementById(id);
    if (element.empty()) return;
    const { x1, y1, x2, y2 } = element.renderedBoundingBox({ includeLabels: false, includeOverlays: false });
    if (x1 >= 8 && y1 >= 8 && x2 <= cy.width() - 8 && y2 <= cy.height() - 8) return;
    cy.center(element);
    events.looked();
  };
  cy.on('render', paintSigns);
  // The panel of what is selected takes room from the drawing: it must not cover what it is about.
  cy.on('resize', () => {
    if (scene?.selected !== undefined) reveal(scene.selected);
  });
  cy.on('dragpan scrollzoom pinchzoom', () => events.looked());
  cy.on('tap', (event) => events.pick(event.target === cy ? undefined : (event.target.id() as string)));
  cy.on('dbltap', 'node', (event) => {
    if (event.target.data('level') !== 'app') events.open(event.target.id() as string);
  });
  cy.on('mouseover', 'node[shape], edge', (event) => {
    event.target.addClass('near');
    if (event.target.isNode()) event.target.connectedEdges().addClass('near');
    host.style.cursor = 'pointer';
  });
  cy.on('mouseout', 'node[shape], edge', () => {
    cy.elements('.near').removeClass('near');
    host.style.cursor = '';
  });
  cy.on('dragfree', 'node[shape]', (event) => {
    const id = event.target.id() as string;
    // Bends were made for where the node stood.
    for (const edge of event.target.connectedEdges()) {
      scene?.layout.bends.delete(edge.id());
      edge.removeData('weights distances');
    }
    scene?.layout.positions.set(id, { ...event.target.position() });
    if (scene !== undefined) index = indexScene(scene);
    events.moved(id, { ...event.target.position() });
  });

  const fit = (smoothly: boolean): void => {
    const shown = cy.elements().not('.hidden');
    if (smoothly && !window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      cy.animate({ fit: { eles: shown, padding: 48 }, duration: 160 });
      return;
    }
    cy.fit(shown, 48);
    if (cy.zoom() > 1.25) {
      cy.zoom(1.25);
      cy.center();
    }
  };

  return {
    show(next) {
      scene = next;
      index = indexScene(next);
      sync(cy, next);
      paintSigns();
      // It paints in the next frame.
      return new Promise((resolve) => requestAnimationFrame(() => resolve()));
    },
    fit,
    zoomBy(factor) {
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
      events.looked();
    },
    view,
    look: ({ zoom, x, y }) => cy.viewport({ zoom, pan: { x, y } }),
    reveal,
    refresh() {
      colors = readColors(host);
      cy.style(graphStyle(colors));
      paintSigns();
    },
    animate(on) {
      stopMotion?.();
      stopMotion = on ? moveTraffic(motion, () => ({ index, view: view(), colors })) : undefined;
    },
    destroy() {
      stopMotion?.();
      cy.destroy();
      ground.remove();
      signs.remove();
      motion.remove();
      host.style.cursor = '';
    },
  };
}
