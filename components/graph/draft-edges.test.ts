import { expect, it } from 'vitest';
import type { BehaviourChange, GraphEdge, GraphNode } from '@/lib/contract';
import { draftEdges } from './draft-edges';

const node = (name: string, version: string): GraphNode =>
  ({
    id: `n/${name}-${version}`,
    namespace: 'default',
    workload: `${name}-${version}`,
    version,
    services: [`default/${name}`],
  }) as unknown as GraphNode;
const edge = (source: string, target: string, rps: number): GraphEdge =>
  ({ id: `${source}->${target}/http`, source, target, protocol: 'http', rps, errorRatio: 0 }) as unknown as GraphEdge;

const nodes = [node('web', 'v1'), node('api', 'v1'), node('api', 'v2')];
const change = (after: BehaviourChange['after'], breaks = false) =>
  ({
    from: 'default/web-v1',
    to: 'default/api',
    rps: 10,
    before: [{ destination: 'v1', share: 1 }],
    after,
    breaks,
  }) as unknown as BehaviourChange;

it('marks what gains and loses, gives edges their new rates, and draws the one that is not there yet', () => {
  const moved = draftEdges(
    [
      change([
        { destination: 'v1', share: 0.7 },
        { destination: 'v2', share: 0.3 },
      ]),
    ],
    nodes,
    [edge('n/web-v1', 'n/api-v1', 10)],
  );
  expect([...moved.marks]).toEqual([
    ['n/web-v1->n/api-v1/http', 'loses'],
    ['n/web-v1->n/api-v2/http', 'gains'],
  ]);
  expect(moved.edges.map((one) => [one.id, one.rps])).toEqual([
    ['n/web-v1->n/api-v1/http', 7],
    ['n/web-v1->n/api-v2/http', 3],
  ]);
});

it('marks what breaks', () => {
  const broken = draftEdges([change([{ destination: '404', share: 1, failed: 404 }], true)], nodes, [edge('n/web-v1', 'n/api-v1', 10)]);
  expect([...broken.marks.values()]).toEqual(['breaks']);
  expect(broken.edges[0]?.rps).toBeNull();
});
