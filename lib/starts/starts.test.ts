import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import { validateObjects } from '@/lib/validate';
import { convertTrafficSplit, observePolicies, observeSidecars } from '.';
import type { ConversionTarget, ObservedCall } from '.';

interface Scenario {
  target: ConversionTarget;
  given: KubernetesResource[];
  expected: KubernetesResource[];
  /** Words that one note each must have, in any order. */
  notes: string[];
}

const folder = join(import.meta.dirname, 'testdata');

describe('an SMI TrafficSplit', () => {
  for (const file of readdirSync(folder).toSorted()) {
    const scenarios = parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((one) => one.toJS() as Scenario & { name: string });
    for (const { name, target, given, expected, notes } of scenarios) {
      it(`${name} (${file})`, () => {
        const conversion = convertTrafficSplit(given, target);
        expect(conversion.objects).toEqual(expected);
        for (const words of notes) expect(conversion.notes.join('\n')).toContain(words);
        expect(validateObjects(conversion.objects).filter((one) => one.severity === 'error')).toEqual([]);
      });
    }
  }
});

const call = (workload: string, service: string, methods?: string[], namespace = 'shop'): ObservedCall => ({
  from: { namespace: 'shop', workload, serviceAccount: `${workload}-account` },
  to: { namespace, service, selector: { app: service } },
  ...(methods === undefined ? {} : { methods }),
});
const options = { trustDomain: 'cluster.local', namespaces: [] };

describe('what is observed', () => {
  it('becomes one policy per called service that names its callers, by the methods they were seen with', () => {
    const policies = observePolicies(
      [call('web', 'cart', ['GET', 'POST']), call('batch', 'cart', ['GET']), call('web', 'cart', ['GET'])],
      options,
    );
    expect(policies).toHaveLength(1);
    expect(policies[0]?.spec).toEqual({
      selector: { matchLabels: { app: 'cart' } },
      action: 'ALLOW',
      rules: [
        { from: [{ source: { principals: ['cluster.local/ns/shop/sa/batch-account'] } }], to: [{ operation: { methods: ['GET'] } }] },
        { from: [{ source: { principals: ['cluster.local/ns/shop/sa/web-account'] } }], to: [{ operation: { methods: ['GET', 'POST'] } }] },
      ],
    });
    expect(validateObjects(policies).filter((one) => one.severity === 'error')).toEqual([]);
  });

  it('does not narrow methods down where one call does not tell them', () => {
    expect(observePolicies([call('web', 'cart', ['GET']), call('web', 'cart')], options)[0]?.spec.rules).toEqual([
      { from: [{ source: { principals: ['cluster.local/ns/shop/sa/web-account'] } }] },
    ]);
  });

  it('becomes one Sidecar per namespace of callers, with the control plane in reach', () => {
    const sidecars = observeSidecars([call('web', 'cart'), call('web', 'mail', undefined, 'post')], options);
    expect(sidecars.map((one) => [one.metadata, one.spec.egress])).toEqual([
      [
        { name: 'default', namespace: 'shop' },
        [{ hosts: ['./cart.shop.svc.cluster.local', 'istio-system/*', 'post/mail.post.svc.cluster.local'] }],
      ],
    ]);
  });

  it('leaves out namespaces that are not asked for', () => {
    expect(observePolicies([call('web', 'cart')], { ...options, namespaces: ['post'] })).toEqual([]);
    expect(observeSidecars([call('web', 'cart')], { ...options, namespaces: ['post'] })).toEqual([]);
  });
});
