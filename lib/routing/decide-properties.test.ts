import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeaderMatcher, Rbac, Route, RouteConfiguration, RouteMatch, StringMatcher } from '@/lib/xds';
import { compileRbac } from './compile-rbac';
import { compileRouteConfiguration } from './compile-route-configuration';
import { decide } from './decide';
import { evaluateRbac } from './evaluate-rbac';
import { explain } from './explain';
import { parseIp } from '@/lib/model';
import { plainRequest } from './routing-request';
import type { PlainRequest } from './routing-request';

const word = fc.constantFrom('', 'a', 'b', 'ab', 'A', '1');
const stringMatcher: fc.Arbitrary<StringMatcher> = fc.oneof(
  fc.record({ exact: word, ignore_case: fc.boolean() }),
  fc.record({ prefix: word }),
  fc.record({ suffix: word }),
  fc.record({ contains: word }),
  fc.record({ safe_regex: fc.record({ regex: fc.constantFrom('a.*', '[ab]+', '', '(a|b)1?') }) }),
);
const header: fc.Arbitrary<HeaderMatcher> = fc.record(
  {
    name: fc.constantFrom('x-a', 'x-b', ':method', ':authority'),
    string_match: stringMatcher,
    invert_match: fc.boolean(),
    treat_missing_header_as_empty: fc.boolean(),
  },
  { requiredKeys: ['name'] },
);
const path = fc.constantFrom('/', '/a', '/a/', '/a/b', '/ab', '/A', '/b');
const match: fc.Arbitrary<RouteMatch> = fc
  .tuple(
    fc.oneof(
      path.map((prefix) => ({ prefix })),
      path.map((exact) => ({ path: exact })),
      fc.constantFrom('/a', '/a/b').map((path_separated_prefix) => ({ path_separated_prefix })),
      fc.constantFrom('/.*', '/a/?', '.*b').map((regex) => ({ safe_regex: { regex } })),
    ),
    fc.array(header, { maxLength: 2 }),
    fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    fc.boolean(),
  )
  .map(([specifier, headers, numerator, value]) => ({
    ...specifier,
    headers,
    case_sensitive: { value },
    ...(numerator === undefined ? {} : { runtime_fraction: { default_value: { numerator } } }),
  }));
const route: fc.Arbitrary<Route> = fc.record({
  match,
  route: fc.oneof(
    fc.record({ cluster: word }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }).map((weights) => ({
      weighted_clusters: { clusters: weights.map((value, index) => ({ name: `c${index}`, weight: { value } })) },
    })),
  ),
});
const configuration: fc.Arbitrary<RouteConfiguration> = fc.record({
  name: fc.constant('80'),
  ignore_port_in_host_matching: fc.boolean(),
  virtual_hosts: fc
    .uniqueArray(fc.constantFrom('a', 'b.a', '*.a', 'b.*', '*', 'a:80'), { minLength: 1, maxLength: 4 })
    .chain((domains) =>
      fc.tuple(
        ...domains.map((domain) =>
          fc.record({ name: fc.constant(domain), domains: fc.constant<string[]>([domain]), routes: fc.array(route, { maxLength: 4 }) }),
        ),
      ),
    ),
});
const request: fc.Arbitrary<PlainRequest> = fc.record({
  path: fc.tuple(path, fc.constantFrom('', '?a=1', '#a')).map(([text, query]) => text + query),
  authority: fc.constantFrom('a', 'A', 'b.a', 'c.a', 'b.c', 'a:80', 'z', ''),
  method: fc.constantFrom('GET', 'POST', 'a'),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b'), word),
});

describe('decide and explain', () => {
  it('reach the same decision, with as many routes tried as come before it', () => {
    fc.assert(
      fc.property(configuration, request, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (config, plain, stream) => {
        const table = compileRouteConfiguration(config);
        const numbers = [...stream.take(20)];
        const replay = () => {
          let at = 0;
          return () => numbers[at++ % numbers.length] ?? 0;
        };
        const explained = explain(table, plainRequest(plain), replay());
        expect(explained.decision).toBe(decide(table, plainRequest(plain), replay()));
        if (explained.decision.route !== null) expect(explained.tried).toHaveLength(explained.decision.route.index);
        expect(explained.outcomes).toContain(explained.decision);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('evaluateRbac', () => {
  const rules: fc.Arbitrary<Rbac> = fc.record({
    policies: fc.dictionary(
      fc.constantFrom('p', 'q'),
      fc.record({
        permissions: fc.array(
          fc.oneof(
            header.map((one) => ({ header: one })),
            fc.constant({ any: true }),
            fc.constant({ destination_port: 80 }),
          ),
          { minLength: 1, maxLength: 2 },
        ),
        principals: fc.array(
          fc.oneof(
            fc.constant({ any: true }),
            fc.constant({ authenticated: {} }),
            fc.constant({ source_ip: { address_prefix: '10.0.0.0', prefix_len: { value: 8 } } }),
          ),
          { minLength: 1, maxLength: 2 },
        ),
      }),
    ),
  });

  it('refuses under DENY exactly what it lets through under ALLOW, and never under LOG', () => {
    fc.assert(
      fc.property(rules, request, fc.constantFrom('10.1.1.1', '11.1.1.1'), (config, plain, ip) => {
        const sourceIp = parseIp(ip);
        const connection = {
          sourceIp,
          directRemoteIp: sourceIp,
          remoteIp: sourceIp,
          destinationIp: null,
          destinationPort: 80,
          serverName: '',
          peerNames: null,
        };
        const verdict = (action: 'ALLOW' | 'DENY' | 'LOG') =>
          evaluateRbac(compileRbac({ ...config, action }), plainRequest(plain), connection);
        expect(verdict('ALLOW').allowed).toBe(!verdict('DENY').allowed);
        expect(verdict('ALLOW').policy).toBe(verdict('DENY').policy);
        expect(verdict('LOG').allowed).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
