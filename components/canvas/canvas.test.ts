import { describe, expect, it } from 'vitest';
import { openAndClose, placeNew } from './arrange-scene';
import { keepNeighbours } from './keep-neighbours';
import { formatOutlook, outlookOf, parseOutlook, viewOf } from './keep-view';
import { SvgPen } from './pen';
import { LabelField } from './place-labels';
import { applyChange, changeOf, emptyScene, placeNode } from './scene-changes';
import { boundsOfScene, followValues, indexScene, whatIsAt } from './scene-index';
import { stepFrom } from './step-from';
import type { CanvasEdge, CanvasGraph, CanvasNode, Layout, Point } from './types';
import { zoomAround } from './watch-gestures';

const node = (id: string, box?: string, more: Partial<CanvasNode> = {}): CanvasNode => ({
  id,
  box,
  shape: 'circle',
  name: id,
  tag: undefined,
  health: 'healthy',
  errorRatio: null,
  badges: [],
  weight: 1,
  ...more,
});
const edge = (source: string, target: string): CanvasEdge => ({
  id: `${source}->${target}`,
  source,
  target,
  health: 'healthy',
  label: '',
  rate: 1,
  idle: false,
});
const layoutOf = (places: Record<string, [number, number]>): Layout => ({
  positions: new Map(Object.entries(places).map(([id, [x, y]]): [string, Point] => [id, { x, y }])),
  bends: new Map(),
});
const scene = (graph: CanvasGraph, layout: Layout, hidden: string[] = []) => ({
  graph,
  layout,
  hidden: new Set(hidden),
  found: undefined,
  selected: undefined,
});

const three: CanvasGraph = { nodes: [node('a'), node('b'), node('c')], boxes: [], edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'b')] };
const line = layoutOf({ a: [0, 0], b: [300, 0], c: [600, 20] });

describe('what the painter is told', () => {
  const first = scene(three, line);
  const valued: CanvasGraph = { ...three, edges: three.edges.map((one, at) => (at === 1 ? { ...one, rate: 9, label: '9/s' } : one)) };

  it.each([
    ['all of it at first', emptyScene, first],
    ['new values', first, { ...first, graph: valued }],
    ['a node that came', first, { ...first, graph: { ...three, nodes: [...three.nodes, node('d')] } }],
    ['a node that went', first, { ...first, graph: { ...three, nodes: three.nodes.slice(1), edges: three.edges.slice(1) } }],
    ['another order', first, { ...first, graph: { ...three, edges: three.edges.toReversed() } }],
    ['other ends under the same id', first, { ...first, graph: { ...three, edges: three.edges.map((one) => ({ ...one, source: 'c' })) } }],
    ['a box', first, { ...first, graph: { ...three, boxes: [{ id: 'x', parent: undefined, name: 'x', level: 'outer' as const }] } }],
    ['marks', first, { ...first, hidden: new Set(['a']), found: new Set(['b']), selected: 'c' }],
    ['no marks', { ...first, found: new Set(['b']), selected: 'c' }, first],
    ['another layout', first, { ...first, layout: layoutOf({ a: [5, 5], b: [300, 0], c: [600, 20] }) }],
    ['nothing', first, { ...first }],
  ])('makes the next scene of the one before: %s', (_, before, next) => {
    expect(applyChange(before, changeOf(before, next))).toEqual(next);
  });

  it('is only what changed', () => {
    const change = changeOf(first, { ...first, graph: valued });
    expect(change).toEqual({ nodes: [], edges: [[1, valued.edges[1]]] });
    expect(applyChange(first, change).graph.edges[0]).toBe(three.edges[0]);
    expect(changeOf(first, { ...first })).toEqual({});
  });

  it('puts a node elsewhere, with straight lines to it', () => {
    const bends = new Map(['a->b', 'b->c'].map((id): [string, Point[]] => [id, [{ x: 1, y: 1 }]]));
    const dragged = scene(three, { positions: new Map(line.positions), bends });
    placeNode(dragged, 'a', { x: 7, y: 8 });
    expect(dragged.layout.positions.get('a')).toEqual({ x: 7, y: 8 });
    expect([...dragged.layout.bends.keys()]).toEqual(['b->c']);
  });

  it('knows the room of a scene without its lines', () => {
    expect(boundsOfScene(first)).toEqual(indexScene(first).bounds);
  });
});

describe('what is where', () => {
  const index = indexScene(scene(three, line));

  it('finds nodes before edges, and nothing on the ground', () => {
    const view = { zoom: 1, x: 0, y: 0 };
    expect(whatIsAt(index, { x: 305, y: 4 }, view)).toEqual({ kind: 'node', id: 'b' });
    expect(whatIsAt(index, { x: 150, y: 2 }, view)).toEqual({ kind: 'edge', id: 'a->b' });
    expect(whatIsAt(index, { x: 150, y: 200 }, view)).toBeUndefined();
  });

  it('keeps the two ways between two nodes apart', () => {
    const [there, back] = index.edges.filter(({ edge: one }) => one.source !== 'a');
    expect(Math.abs((there?.line[0]?.y ?? 0) - (back?.line.at(-1)?.y ?? 0))).toBeGreaterThan(8);
  });

  it('leaves out what is hidden, with its edges', () => {
    const part = indexScene(scene(three, line, ['b']));
    expect([part.nodes.length, part.edges.length]).toEqual([2, 0]);
  });

  it('is the same after a refresh of values, without laying lines again', () => {
    const boxed: CanvasGraph = {
      ...three,
      nodes: [node('a', 'x'), node('b', 'x'), node('c')],
      boxes: [{ id: 'x', parent: undefined, name: 'x', level: 'outer' }],
    };
    const refreshed: CanvasGraph = {
      ...boxed,
      nodes: boxed.nodes.map((one) => ({ ...one, health: 'failing', weight: 3 })),
      edges: boxed.edges.map((one) => ({ ...one, rate: 7, label: '7/s' })),
    };
    for (const hidden of [[], ['b'], ['b->c']]) {
      const before = scene(boxed, line, hidden);
      const old = indexScene(before);
      const next = followValues(old, before, scene(refreshed, line, hidden));
      expect(next).toEqual(indexScene(scene(refreshed, line, hidden)));
      expect(next?.edges[0]?.line).toBe(old.edges[0]?.line);
    }
  });

  it('is made anew when something moves, comes, goes, hides or takes another room', () => {
    const before = scene(three, line);
    const [a, b, c] = three.nodes as [CanvasNode, CanvasNode, CanvasNode];
    const others = [
      scene(three, layoutOf({ a: [0, 0], b: [300, 0], c: [600, 20] })),
      scene(three, line, ['a']),
      scene({ ...three, nodes: [a, b] }, line),
      scene({ ...three, nodes: [a, b, { ...c, id: 'd' }] }, line),
      scene({ ...three, nodes: [a, b, { ...c, shape: 'closed' }] }, line),
      scene({ ...three, nodes: [a, b, { ...c, tag: 'v1' }] }, line),
      scene({ ...three, nodes: [a, b, { ...c, box: 'x' }] }, line),
      scene({ ...three, edges: three.edges.slice(1) }, line),
      scene({ ...three, edges: [edge('a', 'c'), ...three.edges.slice(1)] }, line),
      scene({ ...three, boxes: [{ id: 'x', parent: undefined, name: 'x', level: 'outer' }] }, line),
    ];
    for (const next of others) expect(followValues(indexScene(before), before, next)).toBeUndefined();
  });
});

describe('keys', () => {
  const walk = { graph: three, hidden: new Set<string>(), positions: line.positions };
  it.each([
    [undefined, 'Home', 'a'],
    ['a', 'ArrowRight', 'b'],
    ['c', 'ArrowLeft', 'b'],
    ['a', 'ArrowUp', undefined],
    ['b', 'e', 'a->b'],
    ['a->b', 'e', 'a->b'],
    ['a->b', 'ArrowRight', 'b'],
    ['b', 'x', undefined],
  ])('from %s, %s: %s', (from, key, to) => expect(stepFrom(walk, from, key)).toBe(to));
});

describe('boxes', () => {
  const members = ['m1', 'm2', 'm3'];
  const closed: CanvasGraph = { nodes: [node('a'), node('box', undefined, { shape: 'closed', members }), node('c')], boxes: [], edges: [] };
  const open: CanvasGraph = {
    nodes: [node('a'), ...members.map((id) => node(id, 'box')), node('c')],
    boxes: [{ id: 'box', parent: undefined, name: 'box', level: 'outer' }],
    edges: [edge('m1', 'm2'), edge('m2', 'm3')],
  };
  const start = layoutOf({ a: [0, 0], box: [300, 0], c: [600, 0] });

  it('makes room for an opened box, and gives it back', () => {
    const opened = openAndClose(open, start);
    const at = (id: string): number => opened?.positions.get(id)?.x ?? Number.NaN;
    expect(at('a')).toBeLessThan(0);
    expect(at('c')).toBeGreaterThan(600);
    expect(at('a')).toBeLessThan(at('m1'));
    expect(at('m3')).toBeLessThan(at('c'));
    expect(opened?.positions.has('box')).toBe(false);
    const again = openAndClose(closed, opened ?? start);
    for (const id of ['a', 'box', 'c'])
      expect(Math.abs((again?.positions.get(id)?.x ?? 0) - (start.positions.get(id)?.x ?? 0))).toBeLessThan(30);
  });

  it('does nothing where nothing was opened', () => expect(openAndClose(closed, start)).toBeUndefined());

  it('places a new node beside its caller and moves nobody', () => {
    const graph = { ...three, nodes: [...three.nodes, node('d')], edges: [...three.edges, edge('a', 'd')] };
    const placed = placeNew(graph, line.positions);
    for (const id of ['a', 'b', 'c']) expect(placed?.get(id)).toEqual(line.positions.get(id));
    expect(placed?.get('d')?.x).toBeGreaterThan(0);
  });
});

it('keeps what is around the chosen', () => {
  expect([...(keepNeighbours(three, 'a') ?? [])].toSorted()).toEqual(['a', 'a->b', 'b']);
  expect(keepNeighbours(three, 'gone')).toBeUndefined();
});

it('lets no two labels stand on each other', () => {
  const field = new LabelField(200, 100);
  expect(field.claim(10, 10, 50, 12)).toBe(true);
  expect(field.claim(40, 15, 50, 12)).toBe(false);
  expect(field.claim(80, 10, 50, 12)).toBe(true);
});

it('zooms around a point that stays', () => {
  const view = zoomAround({ zoom: 1, x: 10, y: 20 }, 2, { x: 110, y: 120 });
  expect(view).toEqual({ zoom: 2, x: -90, y: -80 });
});

it('writes SVG with texts that are escaped', () => {
  const pen = new SvgPen({ measureText: (text: string) => ({ width: text.length * 6 }) } as unknown as CanvasRenderingContext2D);
  pen.font = '550 12px "Inter Variable", sans-serif';
  pen.textAlign = 'center';
  pen.fillStyle = 'rgb(1,2,3)';
  pen.fillText('<a & "b">', 10, 20);
  pen.beginPath();
  pen.arc(5, 5, 3, 0, Math.PI * 2);
  pen.fill();
  const svg = pen.toSvg(100, 50, 'rgb(9,9,9)');
  expect(svg).toContain('&lt;a &amp; &quot;b&quot;&gt;');
  expect(svg).toContain('text-anchor="middle"');
  expect(svg).toMatch(/^<svg [^>]+viewBox="0 0 100 50">/);
});

describe('where one looks', () => {
  it('is the same in a window of another size', () => {
    const view = { zoom: 0.8, x: -120, y: 35 };
    const middle = { x: 500, y: 300 };
    const outlook = outlookOf(view, middle);
    expect(viewOf(outlook, middle)).toEqual(view);
    const elsewhere = viewOf(outlook, { x: 800, y: 450 });
    expect(outlookOf(elsewhere, { x: 800, y: 450 })).toEqual(outlook);
  });

  it('goes through a link', () => {
    expect(formatOutlook({ zoom: 1.25, x: 340.4, y: -20.6 })).toBe('1.25,340,-21');
    expect(parseOutlook('1.25,340,-21')).toEqual({ zoom: 1.25, x: 340, y: -21 });
  });

  it.each(['', '1', '1,2', '1,2,3,4', 'a,1,2', '1,,2', '0,1,2', '99,1,2', '1,Infinity,2', '1,1e99,2', '-1,1,2'])('refuses %j', (text) => {
    expect(parseOutlook(text)).toBeUndefined();
  });
});
