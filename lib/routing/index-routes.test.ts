import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteMatch } from '@/lib/xds';
import { compileRouteConfiguration } from './compile-route-configuration';
import { decide } from './decide';
import { indexRoutes } from './index-routes';
import { plainRequest } from './routing-request';

const text = fc.constantFrom('/', '/a', '/ab', '/A', '/b', '/é', '/?', '', '/b/c', 'a');
const matches: fc.Arbitrary<RouteMatch> = fc.oneof(
  text.map((prefix) => ({ prefix })),
  text.map((path) => ({ path })),
  text.map((path_separated_prefix) => ({ path_separated_prefix })),
  text.map((prefix) => ({ prefix, case_sensitive: { value: false } })),
  fc.constantFrom('/a.*', '.*b').map((regex) => ({ safe_regex: { regex } })),
  fc.constant({ connect_matcher: {} }),
);

function tableOf(list: readonly RouteMatch[]) {
  const routes = list.map((match, at) => ({ match, route: { cluster: String(at) } }));
  return compileRouteConfiguration({ name: 'r', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] });
}

describe('indexRoutes', () => {
  it('never changes which route is taken', () => {
    const request = fc.record({ path: text, method: fc.constantFrom('GET', 'CONNECT') });
    fc.assert(
      fc.property(fc.array(matches, { minLength: 8, maxLength: 20 }), request, (list, { path, method }) => {
        const indexed = tableOf(list);
        const host = indexed.defaultHost;
        expect(host?.index).not.toBeNull();
        const plain = { ...indexed, defaultHost: host === null ? null : { ...host, index: null } };
        const asked = plainRequest({ path, method, authority: 'h' });
        expect(decide(indexed, asked, Math.random).cluster).toBe(decide(plain, asked, Math.random).cluster);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves short tables alone', () => {
    expect(indexRoutes(tableOf([{ prefix: '/' }]).defaultHost?.routes ?? [])).toBeNull();
  });
});
