import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { Bookinfo, bookinfo, starsOf } from '../support/bookinfo';
import { expectShares } from '../support/count-replies';
import { sample, taskSuite } from '../support/peers';
import { send } from '../support/send-request';

const networking = (name: string) => sample(`bookinfo/networking/${name}.yaml`);
const routeAllV1 = networking('virtual-service-all-v1');

/** Istio's task "Request Timeouts": reviews go to v2, ratings take 2 s, and reviews may take half a second. */
const reviewsV2 = (timeout: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route: [{destination: {host: reviews, subset: v2}}]
${timeout === '' ? '' : `    timeout: ${timeout}\n`}`;
const slowRatings = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ratings}
spec:
  hosts: [ratings]
  http:
  - fault: {delay: {percentage: {value: 100}, fixedDelay: 2s}}
    route: [{destination: {host: ratings, subset: v1}}]
`;

export const moreBookinfoTasks = taskSuite('Bookinfo tasks, all of them', (sidecars) => {
  let mesh: TaskMesh;
  let shop: Bookinfo;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars });
    await mesh.apply(bookinfo);
    shop = await Bookinfo.open(mesh);
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  describe('traffic shifting', () => {
    beforeAll(() => mesh.apply(routeAllV1));
    afterAll(() => mesh.remove(routeAllV1));

    it.each([
      ['virtual-service-reviews-50-v3', { v1: 0.5, v3: 0.5 }],
      ['virtual-service-reviews-90-10', { v1: 0.9, v2: 0.1 }],
      ['virtual-service-reviews-80-20', { v1: 0.8, v2: 0.2 }],
      ['virtual-service-reviews-v2-v3', { v2: 0.5, v3: 0.5 }],
      ['virtual-service-reviews-v3', { v3: 1 }],
    ] as [string, Record<string, number>][])('%s', async (name, shares) => {
      await mesh.apply(networking(name));
      expectShares(await shop.versions(600), shares);
    });

    it('virtual-service-reviews-jason-v2-v3: jason sees v2, others v3', async () => {
      await mesh.apply(networking('virtual-service-reviews-jason-v2-v3'));
      expect([await shop.stars('jason'), await shop.stars('susan'), await shop.stars()]).toEqual(['black', 'red', 'red']);
    });
  });

  describe('request timeouts', () => {
    beforeAll(() => mesh.apply([routeAllV1, reviewsV2(''), slowRatings]));
    afterAll(() => mesh.remove(routeAllV1));

    it('waits for slow ratings without a timeout', async () => {
      const page = await shop.page();
      expect(starsOf(page.body)).toBe('black');
      expect(page.ms).toBeGreaterThan(1990);
    });

    it('gives up on reviews after half a second; productpage tries twice', async () => {
      await mesh.apply(reviewsV2('0.5s'));
      const page = await shop.page();
      expect(page.body).toContain('product reviews are currently unavailable');
      expect(page.ms).toBeGreaterThan(990);
      expect(page.ms).toBeLessThan(1900);
      await mesh.accessLog(/"GET \/reviews\/0 [^"]*" 504 UT /, 'productpage');
    });
  });

  it('fault-injection-details-v1: details answer 555', async () => {
    await mesh.apply(networking('fault-injection-details-v1'));
    expect((await shop.page()).body).toContain('Error fetching product details!');
    const reply = await send(await mesh.caller('productpage'), 'http://details:9080/details/0');
    expect(reply.status).toBe(555);
    await mesh.remove(networking('fault-injection-details-v1'));
    expect((await shop.page()).body).toContain('Book Details');
  });

  it('destination-rule-all-mtls: subsets with explicit mutual TLS', async () => {
    await mesh.apply([networking('destination-rule-all-mtls'), networking('virtual-service-reviews-v3')]);
    expect(await shop.stars()).toBe('red');
    await mesh.remove(networking('virtual-service-reviews-v3'));
    await mesh.apply(networking('destination-rule-all'));
  });

  describe('Gateway API in the mesh', () => {
    const versions = sample('bookinfo/platform/kube/bookinfo-versions.yaml');
    const route = (name: string) => sample(`bookinfo/gateway-api/${name}.yaml`);
    beforeAll(() => mesh.apply(versions));
    afterAll(() => mesh.remove([route('route-all-v1'), versions]));

    it.each([
      ['route-all-v1', { v1: 1 }],
      ['route-reviews-90-10', { v1: 0.9, v2: 0.1 }],
      ['route-reviews-50-v3', { v1: 0.5, v3: 0.5 }],
      ['route-reviews-v3', { v3: 1 }],
      ['route-reviews-v1', { v1: 1 }],
    ] as [string, Record<string, number>][])('%s', async (name, shares) => {
      await mesh.apply(route(name));
      expectShares(await shop.versions(400), shares);
    });
  });

  it('every file of bookinfo/networking and its platform files apply unchanged', async () => {
    for (const folder of ['bookinfo/networking', 'bookinfo/gateway-api', 'bookinfo/platform/kube']) {
      const result = await mesh.kubectl.attempt(['apply', '--dry-run=server', '-f', sample(folder)]);
      // A kind of cert-manager, which is no part of a mesh.
      const problems = result.err
        .split('\n')
        .filter((line) => /error|invalid|no matches/i.test(line) && !line.includes('bookinfo-certificate.yaml'));
      expect(problems).toEqual([]);
    }
  });
});
