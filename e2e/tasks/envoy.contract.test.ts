import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bootMesh, expectNoRejections } from './support/boot-mesh';
import type { TaskMesh } from './support/boot-mesh';
import { Bookinfo, bookinfo, starsOf } from './support/bookinfo';
import { expectShares } from './support/count-replies';
import { sample, taskSuite } from './support/peers';

const networking = (name: string) => sample(`bookinfo/networking/${name}.yaml`);
const denyRatings = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-ratings}
spec: {selector: {matchLabels: {app: ratings}}, action: DENY, rules: [{from: [{source: {principals: ["cluster.local/ns/default/sa/bookinfo-reviews"]}}]}]}
`;

/** A few tasks with stock Envoys in the place of some of our sidecars and of the gateway; all of them are in the verify suite. */
const shortTasks = taskSuite('Bookinfo, in short', (sidecars) => {
  let mesh: TaskMesh;
  let shop: Bookinfo;

  beforeAll(async () => {
    mesh = await bootMesh({ sidecars });
    await mesh.apply(bookinfo);
    shop = await Bookinfo.open(mesh);
  });
  afterAll(() => mesh?.stop());
  afterEach(() => expectNoRejections(mesh));

  it('routes by header, shifts by weight, aborts and denies', async () => {
    await mesh.apply([networking('virtual-service-all-v1'), networking('virtual-service-reviews-test-v2')]);
    expect([await shop.stars('jason'), await shop.stars('susan')]).toEqual(['black', 'none']);
    await mesh.apply(networking('virtual-service-ratings-test-abort'));
    expect(starsOf((await shop.page('jason')).body)).toBe('unavailable');
    await mesh.apply([networking('virtual-service-all-v1'), networking('virtual-service-reviews-50-v3')]);
    expectShares(await shop.versions(200), { v1: 0.5, v3: 0.5 });
    await mesh.apply([networking('virtual-service-reviews-v3'), denyRatings]);
    expect(await shop.stars()).toBe('unavailable');
    await mesh.remove(denyRatings);
    expect(await shop.stars()).toBe('red');
  });
});

shortTasks('mixed');
