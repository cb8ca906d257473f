import { describe, expect, it } from 'vitest';
import { inSafeOrder } from './order-steps';

const object = (kind: string, subsets: string[] = []) => ({
  apiVersion: 'networking.istio.io/v1',
  kind,
  metadata: { name: 'reviews', namespace: 'default' },
  spec: { subsets: subsets.map((name) => ({ name })) },
});
const step = (kind: string, before: string[] | null, after: string[] | null) => ({
  kind: { kind },
  before: before === null ? null : object(kind, before),
  after: after === null ? null : object(kind, after),
});
const order = (...steps: ReturnType<typeof step>[]) => inSafeOrder(steps).map((one) => one.kind.kind);

describe('the order of writes', () => {
  const route = step('VirtualService', [], []);

  it('brings subsets before the routes that use them', () => {
    expect(order(route, step('DestinationRule', ['v1'], ['v1', 'v2']))).toEqual(['DestinationRule', 'VirtualService']);
    expect(order(route, step('DestinationRule', null, ['v1']))).toEqual(['DestinationRule', 'VirtualService']);
  });

  it('takes subsets away after the routes that used them', () => {
    expect(order(step('DestinationRule', ['v1', 'v2'], ['v1']), route)).toEqual(['VirtualService', 'DestinationRule']);
    expect(order(step('DestinationRule', ['v1'], null), step('HTTPRoute', [], null))).toEqual(['HTTPRoute', 'DestinationRule']);
  });
});
