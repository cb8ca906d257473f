import type { Deployment } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';

export const sharedTargetPort = defineFinding({
  code: 'HED0137',
  severity: 'info',
  istio: 'IST0137',
  title: 'Two Services lead to one port by different numbers',
  cause:
    'The Services of a workload have different ports for the same target port. A sidecar has one inbound listener for the target port: telemetry and policies that name the port of one Service also see what came through the other.',
  example: `apiVersion: apps/v1
kind: Deployment
metadata: { name: echo, namespace: default }
spec: { selector: { matchLabels: { app: echo } }, template: { metadata: { labels: { app: echo } }, spec: { containers: [{ name: app, image: echo }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: echo-public, namespace: default }
spec: { selector: { app: echo }, ports: [{ name: http, port: 80, targetPort: 8080 }] }`,
  fix: 'Use the same port in both Services, or a container port for each.',
  kinds: [kindKeys.deployment],
  check(object: Deployment, mesh, report) {
    const labels = object.spec.template.metadata?.labels ?? {};
    const services = mesh.servicesOver(object.metadata.namespace ?? '', labels);
    if (services.length < 2) return;
    const first = new Map<string, { number: number; name: string }>();
    const told = new Set<string>();
    for (const service of services) {
      for (const port of service.ports) {
        const target = String(port.targetPort ?? port.number);
        const before = first.get(target);
        if (before === undefined) first.set(target, { number: port.number, name: service.object.name });
        else if (before.number !== port.number && before.name !== service.object.name && !told.has(target)) {
          told.add(target);
          report(
            'spec.template',
            `Services ${before.name} (port ${before.number}) and ${service.object.name} (port ${port.number}) both lead to port ${target}`,
            { related: [{ ...service.object, name: before.name }, service.object] },
          );
        }
      }
    }
  },
});
