import { describe, expect, it } from 'vitest';
import { addRule, listOperations, ruleForCaller, setList } from './edit-rules';
import type { AuthorizationPolicy } from './schema';

const policy = (spec: AuthorizationPolicy['spec']): AuthorizationPolicy => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'reviews', namespace: 'shop' },
  spec,
});

describe('operations to ask about', () => {
  it('are one that no rule names, and one per method and path that a rule names', () => {
    const rules = [{ to: [{ operation: { methods: ['GET', 'POST'], paths: ['/admin/*'] } }, { operation: { notPaths: ['/healthz'] } }] }];
    expect(listOperations([policy({ rules })])).toEqual([
      { method: 'GET', path: '/' },
      { method: 'PUT', path: '/' },
      { method: 'GET', path: '/admin/any' },
      { method: 'POST', path: '/admin/any' },
      { method: 'GET', path: '/healthz' },
    ]);
  });

  it.each([
    ['*', '/any'],
    ['*/info', '/any/info'],
    ['/a*', '/aany'],
    ['/v/{*}/x', '/v/any/x'],
    ['/v/{**}', '/v/any/path'],
  ])('%s is asked as %s', (pattern, path) => {
    expect(listOperations([policy({ rules: [{ to: [{ operation: { paths: [pattern] } }] }] })]).at(-1)).toEqual({ method: 'GET', path });
  });
});

describe('editing rules', () => {
  it('adds a rule for a caller and keeps the others', () => {
    const before = policy({ selector: { matchLabels: { app: 'reviews' } }, rules: [{ from: [{ source: { namespaces: ['a'] } }] }] });
    expect(addRule(before, ruleForCaller('cluster.local/ns/shop/sa/web')).spec).toEqual({
      selector: { matchLabels: { app: 'reviews' } },
      rules: [{ from: [{ source: { namespaces: ['a'] } }] }, { from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }],
    });
  });

  it('sets a list and takes an empty one away', () => {
    expect(setList({ methods: ['GET'], paths: ['/'] }, 'methods', [])).toEqual({ paths: ['/'] });
    expect(setList({ paths: ['/'] }, 'paths', ['/a', '/b'])).toEqual({ paths: ['/a', '/b'] });
  });
});
