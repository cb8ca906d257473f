import { describe, expect, it } from 'vitest';
import { boxGraph, closeBoxes, focusGraph, generateTopology, makeRoom, placeGraph, rankDifferences, sumEdges } from '.';
import type { Point, Rect } from '.';
import { assignLayers, linksOf, spread } from './order-layers';

const size = { width: 116, height: 76 };
const rectOf = (point: Point, { width, height } = size): Rect => ({ x: point.x - width / 2, y: point.y - height / 2, width, height });
const apart = (one: Rect, other: Rect): boolean =>
  one.x + one.width <= other.x + 0.01 ||
  other.x + other.width <= one.x + 0.01 ||
  one.y + one.height <= other.y + 0.01 ||
  other.y + other.height <= one.y + 0.01;

/** Pairs of rectangles that overlap. */
function overlaps(rects: readonly Rect[]): number {
  let count = 0;
  rects.forEach((one, at) => {
    for (const other of rects.slice(at + 1)) if (!apart(one, other)) count += 1;
  });
  return count;
}

function around(points: readonly Point[]): Rect {
  const rects = points.map((point) => rectOf(point));
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  };
}

describe('topology', () => {
  it.each([
    [6, 6],
    [100, 170],
    [1000, 5000],
  ])('%i nodes, %i edges: exactly, the same for the same seed', (nodes, edges) => {
    const topology = generateTopology({ nodes, edges, seed: 7 });
    expect([topology.nodes.length, topology.edges.length]).toEqual([nodes, edges]);
    expect(new Set(topology.nodes.map((node) => node.id)).size).toBe(nodes);
    expect(generateTopology({ nodes, edges, seed: 7 })).toEqual(topology);
  });
});

describe('placeGraph', () => {
  it.each([
    [6, 6],
    [100, 170],
    [700, 2400],
  ])('%i nodes, %i edges in boxes: nothing overlaps, boxes stay apart', (nodes, edges) => {
    const topology = generateTopology({ nodes, edges, seed: 3 });
    const { boxes, boxOf } = boxGraph(topology.nodes, 'namespace');
    const items = topology.nodes.map((node) => ({ id: node.id, box: boxOf.get(node.id), ...size }));
    const places = placeGraph({ items, boxes, edges: topology.edges });
    expect(places.size).toBe(nodes);
    expect(overlaps([...places.values()].map((point) => rectOf(point)))).toBe(0);
    const inBox = Map.groupBy(topology.nodes, (node) => boxOf.get(node.id));
    expect(overlaps([...inBox.values()].map((members) => around(members.map((node) => places.get(node.id) ?? { x: 0, y: 0 }))))).toBe(0);
    expect(placeGraph({ items: items.toReversed(), boxes, edges: topology.edges })).toEqual(places);
  });

  it('draws callers left of the called, also around a cycle', () => {
    const places = placeGraph({
      items: ['a', 'b', 'c', 'd'].map((id) => ({ id, ...size })),
      boxes: [],
      edges: [
        { source: 'a', target: 'b' },
        { source: 'b', target: 'c' },
        { source: 'c', target: 'b' },
        { source: 'c', target: 'd' },
      ],
    });
    const xs = ['a', 'b', 'c', 'd'].map((id) => places.get(id)?.x ?? 0);
    expect(xs).toEqual(xs.toSorted((one, other) => one - other));
    expect(new Set(xs).size).toBe(4);
  });

  it('keeps a long chain and a wide fan', () => {
    const chain = Array.from({ length: 3000 }, (_, index) => index);
    expect(
      Math.max(
        ...assignLayers(
          linksOf(
            3000,
            chain.slice(1).map((index): [number, number] => [index - 1, index]),
          ),
        ),
      ),
    ).toBe(2999);
  });
});

it('spread: in order, apart, as near as it can', () => {
  expect(spread([0, 0, 100], [10, 10, 10], 2)).toEqual([-6, 6, 100]);
  expect(spread([50, 0], [10, 10], 0)).toEqual([20, 30]);
});

describe('makeRoom', () => {
  it('keeps apart what was apart, and gives the room back', () => {
    const topology = generateTopology({ nodes: 150, edges: 300, seed: 11 });
    const places = placeGraph({ items: topology.nodes.map((node) => ({ id: node.id, ...size })), boxes: [], edges: topology.edges });
    const [first, ...rest] = [...places].map(([id, point]) => ({ id, rect: rectOf(point) }));
    if (first === undefined) throw new Error('no nodes');
    const grown: Rect = { x: first.rect.x - 400, y: first.rect.y - 250, width: first.rect.width + 800, height: first.rect.height + 500 };
    const away = makeRoom(rest, first.rect, grown);
    const moved = rest.map(({ id, rect }) => ({
      id,
      rect: { ...rect, x: rect.x + (away.get(id)?.x ?? 0), y: rect.y + (away.get(id)?.y ?? 0) },
    }));
    expect(overlaps([grown, ...moved.map((one) => one.rect)])).toBe(0);
    const back = makeRoom(moved, grown, first.rect);
    for (const [index, { id, rect }] of moved.entries()) {
      expect(rect.x + (back.get(id)?.x ?? 0)).toBeCloseTo(rest[index]?.rect.x ?? 0);
      expect(rect.y + (back.get(id)?.y ?? 0)).toBeCloseTo(rest[index]?.rect.y ?? 0);
    }
  });
});

describe('boxes', () => {
  const topology = generateTopology({ nodes: 200, edges: 800, seed: 5 });

  it('keeps every request when boxes close', () => {
    const total = topology.edges.reduce((sum, edge) => sum + (edge.rps ?? 0), 0);
    const closed = closeBoxes(topology, boxGraph(topology.nodes, 'namespace'), () => true);
    expect(closed.nodes).toEqual([]);
    expect(closed.closed.reduce((sum, box) => sum + box.members.length, 0)).toBe(200);
    const between = closed.edges.reduce((sum, edge) => sum + (sumEdges(edge.edges)?.rps ?? 0), 0);
    const within = closed.closed.reduce((sum, box) => sum + (box.rpsWithin ?? 0), 0);
    expect(between + within).toBeCloseTo(total);
    const failed = topology.edges.reduce((sum, edge) => sum + (edge.rps ?? 0) * (edge.errorRatio ?? 0), 0);
    const seen = closed.closed.reduce((sum, box) => sum + (box.errorRatio ?? 0) * ((box.rpsIn ?? 0) + (box.rpsWithin ?? 0)), 0);
    expect(seen).toBeCloseTo(failed);
  });

  it('leaves open what is not closed', () => {
    const boxes = boxGraph(topology.nodes, 'namespace');
    const [one] = boxes.boxes;
    const closed = closeBoxes(topology, boxes, (box) => box !== one?.id);
    expect(closed.nodes.every((node) => boxes.boxOf.get(node.id) === one?.id)).toBe(true);
    expect(closed.boxes).toEqual([one]);
  });

  it('boxes by label, cluster and app', () => {
    const nodes = topology.nodes
      .slice(0, 4)
      .map((node, index) => ({ ...node, labels: { team: index < 2 ? 'blue' : 'red' }, version: `v${index}`, app: 'same', namespace: 'x' }));
    expect(boxGraph(nodes.slice(1), 'label:team').boxes.map((box) => [box.name, box.level])).toEqual([
      ['blue', 'outer'],
      ['red', 'outer'],
      ['same', 'app'],
    ]);
    expect(boxGraph(nodes, 'cluster').boxes[0]?.name).toBe('Kubernetes');
    expect(boxGraph(nodes, 'app').boxes).toEqual([{ id: 'box:app:Kubernetes/x/same', parent: undefined, name: 'same', level: 'outer' }]);
    expect(boxGraph(nodes, 'none').boxes).toEqual([]);
  });
});

it('focus: hops before and after, not sideways', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
  const edges = [
    { source: 'a', target: 'b' },
    { source: 'b', target: 'c' },
    { source: 'c', target: 'd' },
    { source: 'a', target: 'e' },
  ];
  expect(focusGraph({ nodes, edges }, 'b', 1).nodes.map((node) => node.id)).toEqual(['a', 'b', 'c']);
  expect(focusGraph({ nodes, edges }, 'c', 2).nodes.map((node) => node.id)).toEqual(['a', 'b', 'c', 'd']);
});

describe('rankDifferences', () => {
  const before = generateTopology({ nodes: 60, edges: 120, seed: 2 });
  const busy = before.edges.filter((edge) => (edge.rps ?? 0) > 20 && edge.errorRatio === 0);

  it('names the edge that fails first, then what vanished, slower ones after', () => {
    const [failing, slow, gone] = busy;
    if (failing === undefined || slow === undefined || gone === undefined) throw new Error('too few busy edges');
    const after = {
      nodes: before.nodes,
      edges: before.edges
        .filter((edge) => edge.id !== gone.id)
        .map((edge) =>
          edge.id === failing.id
            ? { ...edge, errorRatio: 0.3 }
            : edge.id === slow.id
              ? { ...edge, p95Ms: (edge.p95Ms ?? 0) * 4 + 100 }
              : edge,
        ),
    };
    const found = rankDifferences(before, after, 60);
    expect(found.map(({ id, kind }) => [id, kind])).toEqual([
      [failing.id, 'failsMore'],
      [gone.id, 'vanished'],
      [slow.id, 'slower'],
    ]);
    expect(rankDifferences(after, before, 60).map((one) => one.kind)).toEqual(['appeared', 'failsLess', 'faster']);
  });

  it('calls noise no news', () => {
    const noisy = {
      nodes: before.nodes,
      edges: before.edges.map((edge, index) => ({
        ...edge,
        rps: edge.rps === null ? null : edge.rps * (index % 2 ? 1.2 : 0.85),
        p95Ms: edge.p95Ms === null ? null : edge.p95Ms * 1.3,
      })),
    };
    expect(rankDifferences(before, noisy, 60)).toEqual([]);
  });
});
