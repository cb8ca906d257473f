import type { VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { pointerOf } from '../finding';
import { durationMs } from '../read-duration';

const route = (rule: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - ${rule}`;

export const loneWeight = defineFinding({
  code: 'HED0264',
  severity: 'warning',
  kiali: 'KIA1104',
  title: 'Weight of the only destination',
  cause: 'A single destination gets all requests, whatever its weight. A weight below 100 suggests that another destination is missing.',
  example: route('route: [{ destination: { host: reviews }, weight: 80 }]'),
  fix: 'Add the destination for the rest, or remove the weight.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    for (const protocol of ['http', 'tls', 'tcp'] as const) {
      for (const [index, rule] of (object.spec[protocol] ?? []).entries()) {
        const [only, ...others] = rule.route ?? [];
        const weight = only?.weight ?? 0;
        if (others.length > 0 || weight <= 0 || weight >= 100) continue;
        report(`spec.${protocol}[${index}].route[0].weight`, `The only destination gets all requests, not ${weight} % of them`);
      }
    }
  },
});

export const repeatedDestination = defineFinding({
  code: 'HED0265',
  severity: 'warning',
  kiali: 'KIA1105',
  title: 'Destination named twice in one route',
  cause: 'The same host, subset and port stands in the route twice; the weights add up, which is hardly what was meant.',
  example: route(
    'route: [{ destination: { host: reviews, subset: v1 }, weight: 50 }, { destination: { host: reviews, subset: v1 }, weight: 50 }]',
  ),
  fix: 'Correct the subset of one of them, or merge them.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const protocol of ['http', 'tls', 'tcp'] as const) {
      for (const [index, rule] of (object.spec[protocol] ?? []).entries()) {
        const seen = new Set<string>();
        for (const [position, { destination, ...rest }] of (rule.route ?? []).entries()) {
          const key = JSON.stringify([
            mesh.resolve(destination.host, namespace),
            destination.subset ?? '',
            destination.port?.number ?? 0,
            'headers' in rest ? rest.headers : 0,
          ]);
          if (seen.has(key))
            report(
              `spec.${protocol}[${index}].route[${position}].destination`,
              `${destination.host}${destination.subset === undefined ? '' : ` subset ${destination.subset}`} is named in this route already`,
            );
          seen.add(key);
        }
      }
    }
  },
});

export const unevenWeights = defineFinding({
  code: 'HED0316',
  severity: 'info',
  title: 'Weights do not add up to 100',
  cause: 'Weights are shares of their sum. With a sum other than 100 the percentages are not the numbers that are written.',
  example: route(
    'route: [{ destination: { host: reviews, subset: v1 }, weight: 90 }, { destination: { host: reviews, subset: v2 }, weight: 20 }]',
  ),
  fix: 'Make the weights add up to 100.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    for (const protocol of ['http', 'tls', 'tcp'] as const) {
      for (const [index, rule] of (object.spec[protocol] ?? []).entries()) {
        const routes = rule.route ?? [];
        const total = routes.reduce((sum, one) => sum + (one.weight ?? 0), 0);
        if (routes.length > 1 && total !== 100 && total > 0)
          report(
            `spec.${protocol}[${index}].route`,
            `The weights add up to ${total}: shares are ${routes.map((one) => `${Math.round(((one.weight ?? 0) / total) * 100)} %`).join(', ')}`,
          );
      }
    }
  },
});

export const retriesBeyondTimeout = defineFinding({
  code: 'HED0308',
  severity: 'warning',
  title: 'Retries do not fit into the timeout',
  cause:
    'The timeout of a route covers all tries together. Tries whose own timeouts add up to more than that never take place, so fewer retries happen than are configured; a per-try timeout above the timeout does nothing at all.',
  example: route('timeout: 2s\n      retries: { attempts: 3, perTryTimeout: 2s }\n      route: [{ destination: { host: reviews } }]'),
  fix: 'Choose a timeout of at least (attempts + 1) × perTryTimeout, or shorten perTryTimeout.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    for (const [index, rule] of (object.spec.http ?? []).entries()) {
      const timeout = durationMs(rule.timeout);
      const perTry = durationMs(rule.retries?.perTryTimeout);
      const attempts = rule.retries?.attempts ?? 0;
      if (timeout === undefined || timeout === 0 || perTry === undefined || attempts === 0) continue;
      const path = `spec.http[${index}].retries.perTryTimeout`;
      if (perTry >= timeout)
        report(
          path,
          `A single try may take ${rule.retries?.perTryTimeout ?? ''}, the whole request ${rule.timeout ?? ''}: no try is ever repeated after its timeout`,
        );
      else if (perTry * (attempts + 1) > timeout)
        report(
          path,
          `${attempts + 1} tries of ${rule.retries?.perTryTimeout ?? ''} do not fit into the timeout of ${rule.timeout ?? ''}: at most ${Math.ceil(timeout / perTry)} take place`,
          { severity: 'info' },
        );
    }
  },
});

/** Whether a condition lets through only requests that carry something of their own. */
function isNarrow(rule: NonNullable<VirtualService['spec']['http']>[number]): boolean {
  const matches = rule.match ?? [];
  return (
    matches.length > 0 &&
    matches.every((match) => Object.keys({ ...match.headers, ...match.queryParams, ...match.sourceLabels }).length > 0)
  );
}

export const openFault = defineFinding({
  code: 'HED0310',
  severity: 'info',
  title: 'Fault for everybody, without an end',
  cause:
    'The route delays or aborts requests of all users: no header, query parameter or source narrows it, and nothing in the object ends the fault. Faults that are forgotten are outages.',
  example: route('fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }\n      route: [{ destination: { host: reviews } }]'),
  fix: 'Match a header that only the test sends, or set the fault in the console, where it ends by itself.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    // Faults set in the console end by themselves; the object says when.
    if ((object.metadata.annotations?.['heddle.dev/faults'] ?? '') !== '') return;
    for (const [index, { fault, ...rule }] of (object.spec.http ?? []).entries()) {
      if (fault === undefined || isNarrow(rule)) continue;
      const share = Math.max(fault.abort?.percentage?.value ?? 0, fault.delay?.percentage?.value ?? fault.delay?.percent ?? 0);
      if (share > 0)
        report(
          `spec.http[${index}].fault`,
          `${share} % of all requests of this route are ${fault.abort === undefined ? 'delayed' : 'aborted'}, whoever sends them and until somebody takes the fault out`,
        );
    }
  },
});

export const idleFault = defineFinding({
  code: 'HED0311',
  severity: 'warning',
  title: 'Fault that never fires',
  cause: 'Without a percentage a delay or abort applies to no request.',
  example: route('fault: { abort: { httpStatus: 500 } }\n      route: [{ destination: { host: reviews } }]'),
  fix: 'Add `percentage: { value: … }`.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    for (const [index, { fault }] of (object.spec.http ?? []).entries()) {
      const path = `spec.http[${index}].fault`;
      if (fault?.abort !== undefined && fault.abort.percentage === undefined)
        report(`${path}.abort`, 'Without a percentage the abort never fires', {
          fix: [{ op: 'add', path: pointerOf(`${path}.abort.percentage`), value: { value: 100 } }],
        });
      if (fault?.delay !== undefined && fault.delay.percentage === undefined && fault.delay.percent === undefined)
        report(`${path}.delay`, 'Without a percentage the delay never fires', {
          fix: [{ op: 'add', path: pointerOf(`${path}.delay.percentage`), value: { value: 100 } }],
        });
    }
  },
});

export const brokenDelegate = defineFinding({
  code: 'HED0307',
  severity: 'error',
  title: 'Delegate that is no delegate',
  cause:
    'The route hands over to a VirtualService that does not exist, has hosts of its own, or delegates further (only one level is followed). The route is dropped: requests fall through to the next one, or get 404.',
  example: route('match: [{ uri: { prefix: /shop } }]\n      delegate: { name: shop-routes, namespace: shop }'),
  fix: 'Delegate to a VirtualService without hosts and gateways, and without delegates.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const [index, { delegate }] of (object.spec.http ?? []).entries()) {
      if (delegate === undefined) continue;
      const path = `spec.http[${index}].delegate`;
      const space = delegate.namespace === undefined || delegate.namespace === '' ? namespace : delegate.namespace;
      const target = mesh.find<VirtualService>(kindKeys.virtualService, space, delegate.name ?? '');
      if (target === undefined) {
        if (mesh.knows(space))
          report(`${path}.name`, `There is no VirtualService ${JSON.stringify(delegate.name ?? '')} in namespace ${space}`);
        continue;
      }
      if ((target.spec.hosts ?? []).length > 0)
        report(`${path}.name`, `VirtualService ${space}/${target.metadata.name} has hosts of its own and cannot be a delegate`, {
          related: [nameOf(target)],
        });
      if ((target.spec.http ?? []).some((rule) => rule.delegate !== undefined))
        report(`${path}.name`, `VirtualService ${space}/${target.metadata.name} delegates further: only one level is followed`, {
          related: [nameOf(target)],
        });
    }
  },
});

export const idleDelegate = defineFinding({
  code: 'HED0318',
  severity: 'warning',
  title: 'Rules nobody delegates to',
  cause: 'A VirtualService without hosts takes effect only through a route that delegates to it, and there is none.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop-routes, namespace: shop }
spec:
  http: [{ route: [{ destination: { host: shop } }] }]`,
  fix: 'Delegate to it from a VirtualService with hosts, or give it hosts.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    if ((object.spec.hosts ?? []).length > 0) return;
    const { namespace = '', name } = object.metadata;
    if (!mesh.settings.complete || mesh.list(`delegating to ${namespace}/${name}`).length > 0) return;
    report('spec', 'No route of a VirtualService with hosts delegates to this one: its rules do nothing');
  },
});

export const wrongProtocol = defineFinding({
  code: 'HED0320',
  severity: 'warning',
  title: 'HTTP rules for a service that speaks no HTTP',
  cause: 'All ports of the service are declared as TCP or TLS. Its traffic is passed on as bytes, and rules under `http` are never asked.',
  example: `# the only port of the service is named tcp-db
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: db, namespace: default }
spec:
  hosts: [db]
  http: [{ timeout: 1s, route: [{ destination: { host: db } }] }]`,
  fix: 'Use `tcp` or `tls` rules, or correct the protocol of the port.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const { http = [], tcp = [], tls = [], gateways } = object.spec;
    if (http.length === 0 || tcp.length + tls.length > 0 || (gateways !== undefined && !gateways.every((one) => one === 'mesh'))) return;
    for (const [index, host] of (object.spec.hosts ?? []).entries()) {
      const service = mesh.service(mesh.resolve(host, object.metadata.namespace ?? ''));
      const opaque = ['TCP', 'TLS', 'Mongo', 'MySQL', 'Redis', 'HTTPS'];
      if (service === undefined || service.ports.length === 0 || !service.ports.every((port) => opaque.includes(port.protocol))) continue;
      report(
        `spec.hosts[${index}]`,
        `Every port of ${service.host} speaks ${[...new Set(service.ports.map((port) => port.protocol))].join(' or ')}: HTTP rules are not asked`,
        { related: [service.object] },
      );
    }
  },
});
