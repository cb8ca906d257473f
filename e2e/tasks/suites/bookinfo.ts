import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootMesh, expectNoRejections } from '../support/boot-mesh';
import type { TaskMesh } from '../support/boot-mesh';
import { Bookinfo, bookinfo, starsOf } from '../support/bookinfo';
import { expectShares } from '../support/count-replies';
import { sample, taskSuite } from '../support/peers';

const networking = (name: string) => sample(`bookinfo/networking/${name}.yaml`);

/** Istio's viewer policies: GET of one workload, for one service account (nobody in particular when there is none). */
const viewer = (app: string, account?: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${app}-viewer}
spec:
  selector: {matchLabels: {app: ${app}}}
  action: ALLOW
  rules:
  - to: [{operation: {methods: [GET]}}]
${account === undefined ? '' : `    from: [{source: {principals: ["cluster.local/ns/default/sa/${account}"]}}]\n`}`;
const allowNothing = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow-nothing}
spec: {}
`;

export const bookinfoTasks = taskSuite('Bookinfo tasks', (sidecars) => {
  let mesh: TaskMesh;
  let shop: Bookinfo;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars });
    await mesh.apply(bookinfo);
    shop = await Bookinfo.open(mesh);
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  describe('request routing', () => {
    afterAll(() => mesh.remove(networking('virtual-service-all-v1')));

    it('spreads over three versions without a rule', async () => {
      expectShares(await shop.versions(300), { v1: 1 / 3, v2: 1 / 3, v3: 1 / 3 });
    });

    it('sends everyone to v1: no stars', async () => {
      await mesh.apply(networking('virtual-service-all-v1'));
      expectShares(await shop.versions(200), { v1: 1 });
      expect(await shop.stars()).toBe('none');
    });

    it('sends jason to v2, everyone else to v1', async () => {
      await mesh.apply(networking('virtual-service-reviews-test-v2'));
      for (let visit = 0; visit < 10; visit += 1) {
        expect(await shop.stars('jason')).toBe('black');
        expect(await shop.stars('susan')).toBe('none');
        expect(await shop.stars()).toBe('none');
      }
    });

    it('shifts 1,000 requests from v1 to 80/20', async () => {
      await mesh.apply(networking('virtual-service-all-v1'));
      expectShares(await shop.versions(1000), { v1: 1 });
      await mesh.apply(networking('virtual-service-reviews-80-20'));
      expectShares(await shop.versions(1000), { v1: 0.8, v2: 0.2 });
    });
  });

  describe('fault injection', () => {
    beforeAll(() => mesh.apply([networking('virtual-service-all-v1'), networking('virtual-service-reviews-test-v2')]));
    afterAll(() => mesh.remove(networking('virtual-service-all-v1')));

    it('delays ratings for jason by 7 s: productpage gives up after its two tries of 3 s', async () => {
      await mesh.apply(networking('virtual-service-ratings-test-delay'));
      const [jason, susan] = await Promise.all([shop.page('jason'), shop.page('susan')]);
      expect(starsOf(jason.body)).toBe('error');
      expect(jason.ms).toBeGreaterThan(5900);
      expect(jason.ms).toBeLessThan(7000);
      expect(starsOf(susan.body)).toBe('none');
      // The delayed requests end long after productpage has given up.
      await mesh.accessLog(/"GET \/ratings\/0 [^"]*" \d+ DI /, 'reviews', 'default', 'version=v2');
    });

    it('aborts ratings for jason with 500', async () => {
      await mesh.apply(networking('virtual-service-ratings-test-abort'));
      const jason = await shop.page('jason');
      expect(starsOf(jason.body)).toBe('unavailable');
      expect(jason.ms).toBeLessThan(2000);
      expect(await shop.stars('susan')).toBe('none');
      await mesh.accessLog(/"GET \/ratings\/0 [^"]*" 500 FI /, 'reviews', 'default', 'version=v2');
    });
  });

  describe('authorization of HTTP', () => {
    beforeAll(() => mesh.apply([networking('virtual-service-reviews-v3'), allowNothing]));
    afterAll(() =>
      mesh.remove([
        allowNothing,
        ...['productpage', 'details', 'reviews', 'ratings'].map((app) => viewer(app)),
        networking('virtual-service-reviews-v3'),
      ]),
    );

    it('denies everything under an empty policy', async () => {
      const { status, body } = await shop.page();
      expect({ status, body }).toEqual({ status: 403, body: 'RBAC: access denied' });
    });

    it('opens service by service, each to the one that calls it', async () => {
      await mesh.apply(viewer('productpage'));
      const { status, body } = await shop.page();
      expect(status).toBe(200);
      expect(body).toContain('Error fetching product details!');
      expect(body).toContain('Error fetching product reviews!');

      await mesh.apply(viewer('details', 'bookinfo-productpage'));
      const details = (await shop.page()).body;
      expect(details).toContain('Book Details');
      expect(details).toContain('Error fetching product reviews!');

      await mesh.apply(viewer('reviews', 'bookinfo-productpage'));
      expect(await shop.stars()).toBe('unavailable');

      await mesh.apply(viewer('ratings', 'bookinfo-reviews'));
      expect(await shop.stars()).toBe('red');
    });

    it('denies a caller with another identity', async () => {
      await mesh.apply(viewer('ratings', 'bookinfo-productpage'));
      expect(await shop.stars()).toBe('unavailable');
    });
  });
});
