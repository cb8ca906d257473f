/**
 * Decisions per second on one core, for a host with 50 prefix, exact and header routes. Run it:
 *   npx esbuild bench/decide.bench.ts --bundle --platform=node --format=esm --outfile=dist/decide.bench.mjs && node dist/decide.bench.mjs
 */
import type { RoutingRequest } from '@/lib/routing';
import { compileRouteConfiguration, decide, plainRequest } from '@/lib/routing';
import type { Route } from '@/lib/xds';

const routes: Route[] = Array.from({ length: 49 }, (_, index): Route => {
  const cluster = `outbound|80|v${index}|shop.default.svc.cluster.local`;
  if (index % 3 === 0) return { match: { prefix: `/api/v1/resource-${index}/` }, route: { cluster } };
  if (index % 3 === 1) return { match: { path: `/api/v1/resource-${index}` }, route: { cluster } };
  return { match: { prefix: '/', headers: [{ name: 'x-tenant', string_match: { exact: `tenant-${index}` } }] }, route: { cluster } };
});
routes.push({
  match: { prefix: '/' },
  route: {
    weighted_clusters: {
      clusters: [
        { name: 'v1', weight: { value: 80 } },
        { name: 'v2', weight: { value: 20 } },
      ],
    },
  },
});
const table = compileRouteConfiguration({
  name: '80',
  virtual_hosts: [{ name: 'shop', domains: ['shop', 'shop.default', 'shop.default.svc.cluster.local', '*.shop.example'], routes }],
});

const headers = { 'user-agent': 'bench', accept: '*/*', 'x-request-id': '8e4d6c2a' };
const cases: [string, RoutingRequest[]][] = [
  ['first route', [plainRequest({ path: '/api/v1/resource-0/items?page=2', authority: 'shop', headers })]],
  ['exact route in the middle', [plainRequest({ path: '/api/v1/resource-25', authority: 'shop', headers })]],
  ['last route, weighted', [plainRequest({ path: '/checkout/basket?id=77', authority: 'shop.default.svc.cluster.local', headers })]],
  ['header of the last tenant', [plainRequest({ path: '/', authority: 'shop', headers: { ...headers, 'x-tenant': 'tenant-47' } })]],
  [
    'even mix over all 50 routes',
    Array.from({ length: 50 }, (_, index) =>
      plainRequest({
        path: index % 3 === 0 ? `/api/v1/resource-${index}/items/7` : index % 3 === 1 ? `/api/v1/resource-${index}` : '/checkout',
        authority: 'shop',
        headers: index % 3 === 2 ? { ...headers, 'x-tenant': `tenant-${index}` } : headers,
      }),
    ),
  ],
];

let seed = 1;
/** xorshift32: the benchmark measures decisions, not Math.random. */
function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 4_294_967_296;
}

function measure(requests: RoutingRequest[], rounds: number): number {
  let found = 0;
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    const request = requests[round % requests.length];
    if (request !== undefined && decide(table, request, random).route !== null) found++;
  }
  const seconds = (performance.now() - started) / 1000;
  if (found !== rounds) throw new Error(`${rounds - found} of ${rounds} requests found no route`);
  return rounds / seconds;
}

const rounds = 2_000_000;
for (const [, requests] of cases) measure(requests, rounds / 10);
const heapBefore = process.memoryUsage().heapUsed;
for (const [name, requests] of cases) {
  const best = Math.max(...[0, 1, 2].map(() => measure(requests, rounds)));
  process.stdout.write(`${name.padEnd(30)} ${(best / 1e6).toFixed(2).padStart(7)} M decisions/s\n`);
}
const kilobytes = (process.memoryUsage().heapUsed - heapBefore) / 1024;
process.stdout.write(
  `heap after ${(3 * rounds * cases.length) / 1e6} M decisions: ${kilobytes > 0 ? '+' : ''}${kilobytes.toFixed(0)} KB\n`,
);
