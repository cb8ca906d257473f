import { defineFinding, kindKeys } from '../define-finding';

export const deprecatedField = defineFinding({
  code: 'HED0005',
  severity: 'info',
  istio: 'IST0002',
  title: 'Deprecated field',
  cause: 'The field still works and has a successor; a later version may drop it.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http: [{ mirror: { host: ratings }, mirrorPercent: 50, route: [{ destination: { host: reviews } }] }]`,
  fix: 'Use the field that the finding names.',
  kinds: [kindKeys.virtualService, kindKeys.destinationRule],
  check(object, _mesh, report) {
    visit((object as { spec?: unknown }).spec, 'spec', (path, name) => {
      const successor = successors[name];
      if (successor !== undefined) report(path, `${name} is deprecated; use ${successor}`);
    });
  },
});

const successors: Record<string, string> = {
  mirrorPercent: 'mirrorPercentage.value',
  mirror_percent: 'mirrorPercentage.value',
  percent: 'percentage.value',
  allowOrigin: 'allowOrigins',
  consecutiveErrors: 'consecutive5xxErrors',
  warmupDurationSecs: 'warmup.duration',
  sourceSubnet: 'destinationSubnets',
};

function visit(value: unknown, path: string, tell: (path: string, name: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, `${path}[${index}]`, tell);
    return;
  }
  for (const [name, field] of Object.entries(value)) {
    // Labels and headers have names of their own.
    if (['labels', 'headers', 'withoutHeaders', 'sourceLabels', 'queryParams', 'matchLabels', 'set', 'add', 'retryBudget'].includes(name))
      continue;
    tell(`${path}.${name}`, name);
    visit(field, `${path}.${name}`, tell);
  }
}
