import type { EnvoyFilter } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import type { Report } from '../define-finding';

const relative = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']);
const mayReplace = new Set(['HTTP_FILTER', 'NETWORK_FILTER']);

export const fragilePatch = defineFinding({
  code: 'HED0151',
  severity: 'info',
  istio: 'IST0151',
  title: 'Patch depends on the order of filters',
  cause:
    'INSERT_BEFORE and INSERT_AFTER place the filter beside one that has to be there when the patch is applied. Without a priority that depends on the names of other EnvoyFilters and on the version of the control plane.',
  example: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: default }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      patch: { operation: INSERT_AFTER, value: { name: envoy.filters.http.lua } }`,
  fix: 'Set spec.priority, or use INSERT_FIRST or ADD.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    if (object.spec.priority !== undefined) return;
    for (const [index, { patch, match }] of (object.spec.configPatches ?? []).entries()) {
      const operation = patch?.operation ?? '';
      // INSERT_FIRST depends on nothing; a match that names the neighbour says what is meant.
      const names = match?.listener?.filterChain?.filter?.name !== undefined;
      if (relative.has(operation) && operation !== 'INSERT_FIRST' && !names)
        report(
          `spec.configPatches[${index}].patch.operation`,
          `${operation} without a neighbour and without spec.priority: where the filter ends up depends on others`,
        );
    }
  },
});

export const uselessReplace = defineFinding({
  code: 'HED0152',
  severity: 'error',
  istio: 'IST0152',
  title: 'REPLACE where it is ignored',
  cause: 'REPLACE works on HTTP_FILTER and NETWORK_FILTER only; anywhere else the patch is dropped.',
  example: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: cluster, namespace: default }
spec:
  configPatches:
    - applyTo: CLUSTER
      patch: { operation: REPLACE, value: { connect_timeout: 1s } }`,
  fix: 'Use MERGE.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    for (const [index, { applyTo = '', patch }] of (object.spec.configPatches ?? []).entries()) {
      if (patch?.operation === 'REPLACE' && !mayReplace.has(applyTo))
        report(`spec.configPatches[${index}].patch.operation`, `REPLACE on ${applyTo} is ignored`);
    }
  },
});

/** Reports patches with an operation that does nothing where it is applied. */
function checkIgnored(object: EnvoyFilter, operation: string, report: Report): void {
  for (const [index, { applyTo = '', patch }] of (object.spec.configPatches ?? []).entries()) {
    if (patch?.operation !== operation || (applyTo !== 'ROUTE_CONFIGURATION' && applyTo !== 'HTTP_ROUTE')) continue;
    // Routes are documented as left out and are taken in by most versions: a hint, no more.
    const severity = applyTo === 'HTTP_ROUTE' ? 'info' : 'error';
    const message = severity === 'info' ? `${operation} on HTTP_ROUTE is documented as ignored` : `${operation} on ${applyTo} is ignored`;
    report(`spec.configPatches[${index}].patch.operation`, message, { severity });
  }
}

const filterWith = (patch: string) => `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: routes, namespace: default }
spec:
  configPatches:
    - ${patch}`;

export const uselessAdd = defineFinding({
  code: 'HED0153',
  severity: 'error',
  istio: 'IST0153',
  title: 'ADD where it is ignored',
  cause: 'A route configuration is there once for a listener: nothing can be added beside it, and the patch is dropped.',
  example: filterWith('{ applyTo: ROUTE_CONFIGURATION, patch: { operation: ADD, value: { max_direct_response_body_size_bytes: 1 } } }'),
  fix: 'Use MERGE, or apply the patch to a VIRTUAL_HOST.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    checkIgnored(object, 'ADD', report);
  },
});

export const uselessRemove = defineFinding({
  code: 'HED0154',
  severity: 'error',
  istio: 'IST0154',
  title: 'REMOVE where it is ignored',
  cause: 'A route configuration cannot be taken away from its listener, and the patch is dropped.',
  example: filterWith('{ applyTo: ROUTE_CONFIGURATION, patch: { operation: REMOVE } }'),
  fix: 'Remove the listener, or the virtual hosts.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    checkIgnored(object, 'REMOVE', report);
  },
});

export const versionedPatch = defineFinding({
  code: 'HED0155',
  severity: 'info',
  istio: 'IST0155',
  title: 'Patch depends on the order of filters and on the version',
  cause:
    'The patch is for proxies of one version and places its filter beside another. After an upgrade the match no longer holds, or the order of filters is another one, and nobody is told.',
  example: filterWith(
    "{ applyTo: HTTP_FILTER, match: { proxy: { proxyVersion: '^1.29.*' } }, patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.lua } } }",
  ),
  fix: 'Set spec.priority, or use INSERT_FIRST or ADD; drop proxyVersion when every version takes the patch.',
  kinds: [kindKeys.envoyFilter],
  check(object: EnvoyFilter, _mesh, report) {
    if (object.spec.priority !== undefined) return;
    for (const [index, { patch, match }] of (object.spec.configPatches ?? []).entries()) {
      const operation = patch?.operation ?? '';
      const version = match?.proxy?.proxyVersion ?? '';
      if (version !== '' && relative.has(operation) && operation !== 'INSERT_FIRST')
        report(
          `spec.configPatches[${index}].match.proxy.proxyVersion`,
          `${operation} for proxies of version ${version} only, without spec.priority`,
        );
    }
  },
});
