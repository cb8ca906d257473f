import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readManifests, validateObjects } from './index';
import type { Finding } from './index';

/** Istio's own samples, read where they are; left out by name when they are not there. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const samples = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return yamlFiles(path);
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

function validate(...files: string[]): string[] {
  const read = files.map((file) => readManifests(readFileSync(join(samples, file), 'utf8')));
  const found: Finding[] = [
    ...read.flatMap(({ findings }) => findings),
    ...validateObjects(read.flatMap(({ manifests }) => manifests.map(({ object }) => object))),
  ];
  return found.filter(({ severity }) => severity !== 'info').map(({ code, kind, name, path }) => `${code} ${kind} ${name} ${path}`.trim());
}

/** Every error and warning about a sample, with the reason why it is right. */
const expected: Record<string, string[]> = {
  // Nobody says how the certificate of the other side is verified; `istioctl analyze` warns of the same.
  'bookinfo/networking/egress-rule-google-apis.yaml': [
    'HED0129 DestinationRule originate-tls-for-googleapis spec.trafficPolicy.portLevelSettings[0].tls',
  ],
  'multicluster/expose-istiod-https.yaml': [
    'HED0129 DestinationRule istiod-dr spec.trafficPolicy.portLevelSettings[0].tls',
    'HED0129 DestinationRule istiod-dr spec.trafficPolicy.portLevelSettings[1].tls',
  ],
  // The first route has a fault and no match: the second is there for the reader, no request gets to it.
  'bookinfo/networking/fault-injection-details-v1.yaml': ['HED0130 VirtualService details spec.http[1]'],
  // Templates of a Helm chart are no YAML.
  'ambient-argo/tag-chart/templates/mutatingwebhooks.yaml': ['HED0001', 'HED0001'],
  'ambient-argo/tag-chart/templates/shimservice.yaml': ['HED0001'],
  'ambient-argo/tag-chart/templates/validatingwebhook.yaml': ['HED0001', 'HED0001'],
};

describe.skipIf(!existsSync(samples))("Istio's samples (HEDDLE_SHARED/data/istio-samples)", () => {
  const files = existsSync(samples) ? yamlFiles(samples).map((file) => relative(samples, file)) : [];

  it('each alone has no finding but those explained here', () => {
    const found = Object.fromEntries(files.map((file) => [file, validate(file)] as const).filter(([, findings]) => findings.length > 0));
    expect(found).toEqual(expected);
  });

  const bookinfo = 'bookinfo/platform/kube/bookinfo.yaml';
  const rules = 'bookinfo/networking/destination-rule-all.yaml';
  const routes = files.filter((file) => /^bookinfo\/networking\/(?:virtual-service|bookinfo-gateway)/.test(file));

  /** Versions that bookinfo.yaml does not deploy: traffic for them would go nowhere. */
  const notDeployed: Record<string, [service: string, subset: number, route: string]> = {
    'virtual-service-details-v2.yaml': ['details', 1, 'details'],
    'virtual-service-ratings-db.yaml': ['ratings', 1, 'ratings'],
    'virtual-service-ratings-mysql.yaml': ['ratings', 2, 'ratings'],
    'virtual-service-ratings-mysql-vm.yaml': ['ratings', 3, 'ratings'],
  };

  it.each(routes)('%s is right beside the applications and rules it is for', (file) => {
    const missing = notDeployed[file.slice(file.lastIndexOf('/') + 1)];
    const findings =
      missing === undefined
        ? []
        : [
            `HED0173 DestinationRule ${missing[0]} spec.subsets[${missing[1]}].labels`,
            `HED0305 VirtualService ${missing[2]} spec.http[0].route[0].destination.subset`,
          ];
    expect(validate(bookinfo, rules, file)).toEqual(findings);
  });

  it.each(routes.filter((file) => /v1|v2|v3|50|80|90/.test(file)))('%s without the rules names subsets nobody defines', (file) => {
    expect(validate(bookinfo, file).some((finding) => finding.startsWith('HED0182'))).toBe(true);
  });
});
