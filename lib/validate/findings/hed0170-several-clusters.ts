import { detectProtocol } from '@/lib/model';
import type { Service } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';
import { remoteClusterOf } from '../remote-cluster';
import { topics } from '../topics';

const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

/** What of a port callers notice: its number, and the protocol that proxies speak there. */
function portsOf({ spec }: Service): Map<number, string> {
  return new Map((spec.ports ?? []).map((port) => [port.port, `${detectProtocol(port)}${port.protocol === 'UDP' ? ' over UDP' : ''}`]));
}

/** How a service of another cluster differs, a sentence and a path per difference. */
function* differences(here: Service, there: Service, cluster: string): Generator<[path: string, message: string]> {
  if ((here.spec.type === 'ExternalName') !== (there.spec.type === 'ExternalName')) {
    yield [
      'spec.type',
      `In cluster ${cluster} the Service is of type ${there.spec.type ?? 'ClusterIP'}, here of ${here.spec.type ?? 'ClusterIP'}`,
    ];
    return;
  }
  if (isHeadless(here) !== isHeadless(there))
    yield [
      'spec.clusterIP',
      `In cluster ${cluster} the Service is ${isHeadless(there) ? '' : 'not '}headless, here it is${isHeadless(here) ? '' : ' not'}`,
    ];
  const [own, other] = [portsOf(here), portsOf(there)];
  for (const [index, { port }] of (here.spec.ports ?? []).entries()) {
    const said = other.get(port);
    if (said === undefined) yield [`spec.ports[${index}]`, `In cluster ${cluster} the Service has no port ${port}`];
    else if (said !== own.get(port))
      yield [`spec.ports[${index}]`, `In cluster ${cluster} port ${port} speaks ${said}, here ${own.get(port)}`];
  }
  for (const port of other.keys()) if (!own.has(port)) yield ['spec.ports', `In cluster ${cluster} the Service has a port ${port} more`];
}

export const inconsistentService = defineFinding({
  code: 'HED0170',
  severity: 'warning',
  istio: 'IST0170',
  title: 'Service differs between clusters of the mesh',
  cause:
    'In a mesh of several clusters, services of the same name and namespace are one. Where they disagree about ports, protocols or being headless, proxies take what the service of their own cluster says, and requests to endpoints of the other one fail.',
  example: `# heddle validate --remote west=KUBECONFIG reads services and accounts of other clusters; in files the annotation marks them.
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: default, annotations: { heddle.dev/cluster: west } }
spec: { selector: { app: shop }, ports: [{ name: tcp, port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: default }
spec: { selector: { app: shop }, ports: [{ name: http, port: 80 }] }`,
  fix: 'Make the Services the same in all clusters, or give one of them another name.',
  kinds: [kindKeys.service],
  check(object: Service, mesh, report) {
    const { namespace = '', name } = object.metadata;
    for (const other of mesh.list<Service>(topics.remote(kindKeys.service, namespace, name))) {
      for (const [path, message] of differences(object, other, remoteClusterOf(other) ?? '')) report(path, message);
    }
  },
});
