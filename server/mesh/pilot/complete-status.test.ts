import { describe, expect, it } from 'vitest';
import { completeStatus, sameStatus } from './complete-status';

const now = '2026-01-01T00:00:00Z';
const before = '2025-01-01T00:00:00Z';

function accepted(status: string, extra: object = {}) {
  return { type: 'Accepted', status, reason: 'Accepted', message: '', observedGeneration: 1, ...extra };
}

describe('completeStatus', () => {
  it('keeps the time of a condition whose status stays and renews that of one that changed', () => {
    const existing = { conditions: [accepted('True', { lastTransitionTime: before })] };
    expect(completeStatus({ conditions: [accepted('True', { observedGeneration: 2 })] }, existing, now)).toEqual({
      conditions: [accepted('True', { observedGeneration: 2, lastTransitionTime: before })],
    });
    expect(completeStatus({ conditions: [accepted('False')] }, existing, now)).toEqual({
      conditions: [accepted('False', { lastTransitionTime: now })],
    });
  });

  it('finds listeners by name and parents by reference, wherever they stand in the list', () => {
    const listener = (name: string, extra: object = {}) => ({ name, attachedRoutes: 0, conditions: [accepted('True', extra)] });
    const existing = { listeners: [listener('b', { lastTransitionTime: before }), listener('a', { lastTransitionTime: now })] };
    expect(completeStatus({ listeners: [listener('a'), listener('b')] }, existing, now)).toEqual({
      listeners: [listener('a', { lastTransitionTime: now }), listener('b', { lastTransitionTime: before })],
    });
    const parent = (name: string, extra: object = {}) => ({
      parentRef: { name },
      controllerName: 'istio.io/gateway-controller',
      conditions: [accepted('True', extra)],
    });
    const routes = { parents: [parent('x', { lastTransitionTime: before })] };
    expect(completeStatus({ parents: [parent('y'), parent('x')] }, routes, now)).toEqual({
      parents: [parent('y', { lastTransitionTime: now }), parent('x', { lastTransitionTime: before })],
    });
  });

  it('leaves what other controllers say of a route, and takes back what we said of parents it left', () => {
    const theirs = { parentRef: { name: 'x' }, controllerName: 'them', conditions: [] };
    const ours = { parentRef: { name: 'x' }, controllerName: 'istio.io/gateway-controller', conditions: [] };
    expect(completeStatus({ parents: [ours] }, { parents: [theirs] }, now)).toEqual({ parents: [ours, theirs] });
    expect(completeStatus({ parents: [] }, { parents: [ours, theirs] }, now)).toEqual({ parents: [theirs] });
  });
});

describe('sameStatus', () => {
  it('does not depend on the order of fields, nor on what others wrote', () => {
    expect(sameStatus({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 }, other: true })).toBe(true);
    expect(sameStatus({ a: { x: 1 } }, { a: { x: 2 } })).toBe(false);
    expect(sameStatus({ a: 1 }, {})).toBe(false);
  });
});
